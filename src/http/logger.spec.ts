import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { watchedBy } from '../kernel/tracing.js';
import { createLogger } from './logger.js';
import { requestId } from './request-id.js';

describe('the log', () => {
  let written = '';
  beforeEach(() => {
    written = '';
    for (const stream of [process.stdout, process.stderr])
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        written += String(chunk);
        return true;
      });
  });
  afterEach(() => void jest.restoreAllMocks());

  it('is for eyes on a terminal, and nothing in it is obeyed there', () => {
    const logger = createLogger({ logLevel: 'debug', logFormat: 'pretty' });
    logger.warn('typed: \u001b[2J\u009b31m\r password=hunter22', 'Http');
    logger.error('broken', 'Error: broken\u001b[2J\n    at place', 'Http');
    logger.debug!({ method: 'GET', route: '/oidc/auth', status: 303 }, 'Access');
    expect(written).toContain('[Http] typed: \\u001b[2J\\u009b31m\\u000d password=[redacted]');
    expect(written).toContain('Error: broken\\u001b[2J\n    at place');
    expect(written).toContain('[Access] {"method":"GET","route":"/oidc/auth","status":303}');
    expect(written).not.toContain('hunter22');
  });

  it('is JSON elsewhere, and says no more than it is asked to', () => {
    const logger = createLogger({ logLevel: 'warn', logFormat: 'json' });
    logger.log('too much', 'Mail');
    logger.debug!('too much', 'Mail');
    logger.warn('enough', 'Mail');
    expect(JSON.parse(written)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-/),
      context: 'Mail',
      message: 'enough',
    });
  });

  it('names the trace that a line belongs to, where there are any', () => {
    const logger = createLogger({ logLevel: 'warn', logFormat: 'json' });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    watchedBy({ span: (_step, work) => work(), past: () => {}, traceId });
    logger.warn('enough', 'Mail');
    watchedBy(undefined);
    expect(JSON.parse(written)).toMatchObject({ trace: traceId, message: 'enough' });
  });

  it('keeps to itself what server.ts says in a sentence, and what the framework says of itself', () => {
    const logger = createLogger({ logLevel: 'log', logFormat: 'json' });
    logger.error('cannot listen', 'a stack', 'NestApplication');
    logger.log('module loaded', 'InstanceLoader');
    expect(written).toBe('');
  });
});

describe('the name of a request', () => {
  const request = (id: string | undefined, hops: number) =>
    ({ headers: { 'x-request-id': id }, app: { get: () => hops } }) as unknown as IncomingMessage;

  it('is what a trusted proxy calls it', () => {
    expect(requestId(request('0af7651916cd43dd8448eb211c80319c', 1))).toBe(
      '0af7651916cd43dd8448eb211c80319c',
    );
  });

  it.each([
    ['nobody is trusted', '0af7651916cd43dd8448eb211c80319c', 0],
    ['it is no identifier', 'a"}\n{', 1],
    ['it is short', 'a', 1],
    ['it is long', 'a'.repeat(65), 1],
    ['there is none', undefined, 1],
  ])('is made here where %s, and stays the same', (_why, id, hops) => {
    const req = request(id, hops);
    expect(requestId(req)).toMatch(/^[\w-]{12}$/);
    expect(requestId(req)).toBe(requestId(req));
    expect(requestId(request(id, hops))).not.toBe(requestId(req));
  });
});
