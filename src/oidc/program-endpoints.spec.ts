import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config.js';
import { PageError } from '../kernel/errors.js';
import { leadProgramsStraight } from './program-endpoints.js';

describe('the straight way of programs to their endpoints', () => {
  let server: Server;
  let first: RequestHandler;
  let answer: (req: Request, res: Response, next: NextFunction) => void;

  beforeEach(async () => {
    first = (_req, _res, next) => next();
    answer = (_req, res) => void res.end('answered');
    server = createServer((_req, res) => void res.end('the long way'));
    leadProgramsStraight(server, { basePath: '/login' } as Config, {
      express: express() as never,
      first: [(req, res, next) => first(req, res, next)],
      answer: (req, res, next) => answer(req, res, next),
      fail: (error, _req, res) =>
        void res.status(error instanceof PageError ? error.status : 500).end((error as Error).message),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = async (path: string, method = 'POST') => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      signal: AbortSignal.timeout(2_000),
    });
    return [response.status, await response.text()];
  };

  it.each([
    ['POST', '/oidc/token', 'answered'],
    ['POST', '/login/oidc/token', 'answered'],
    ['GET', '/login/oidc/userinfo', 'answered'],
    ['GET', '/oidc/token', 'the long way'],
    ['POST', '/oidc/token/', 'the long way'],
    ['POST', '/oidc/token?', 'the long way'],
    ['POST', '/OIDC/token', 'the long way'],
    ['POST', '/other/oidc/token', 'the long way'],
  ])('%s %s: %s', async (method, path, text) => {
    expect(await ask(path, method)).toEqual([200, text]);
  });

  it('ends for what is nobody’s', async () => {
    let asked = 0;
    answer = (_req, res, next) => (++asked > 10 ? void res.end('for ever') : next());
    expect((await ask('/oidc/token'))[0]).toBe(404);
    expect(asked).toBe(1);
  });

  it.each(['first', 'answer'])('survives what is thrown on it: %s', async (where) => {
    const broken = () => {
      throw new Error('broken');
    };
    if (where === 'first') first = broken;
    else answer = broken;
    expect(await ask('/oidc/token')).toEqual([500, 'broken']);
    first = (_req, _res, next) => next(new Error('refused'));
    expect(await ask('/oidc/token')).toEqual([500, 'refused']);
  });
});
