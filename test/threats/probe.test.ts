import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../../src/kernel/clock.js';
import { Secrets } from '../../src/kernel/secrets.js';
import { Challenges, issueChallenge } from '../../src/mfa/challenges.js';
import { PROBE_CEREMONY, PROBE_HEADER, PROBE_PATH } from '../../src/ops/probe.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const genuine = () => server.app.get(Challenges).issue('probe', PROBE_CEREMONY);
const ask = (challenge?: string, method = 'GET') =>
  fetch(server.url + PROBE_PATH, {
    method,
    headers: challenge === undefined ? {} : { [PROBE_HEADER]: challenge },
  });

/** The operator's own question how a request arrives: nothing that a stranger may learn. */
describe('the probe', () => {
  it('is to a stranger an address that does not exist', async () => {
    const nowhere = await fetch(`${server.url}/health/nowhere`);
    const answer = await ask();
    expect(answer.status).toBe(404);
    const text = async (response: Response) =>
      (await response.text()).replaceAll(/nowhere|probe|value="[\w-]{43}"/g, '');
    expect(await text(answer)).toBe(await text(nowhere));
    expect([...answer.headers.keys()].sort()).toEqual([...nowhere.headers.keys()].sort());
  });

  it.each([
    ['nothing', () => ''],
    ['something', () => 'x'.repeat(75)],
    [
      'one of another master secret',
      () => issueChallenge(new Secrets(Buffer.alloc(32, 9)), new Date(), 'probe', PROBE_CEREMONY),
    ],
    ['a challenge for a passkey', () => server.app.get(Challenges).issue('authenticate', PROBE_CEREMONY)],
    ['one for something else', () => server.app.get(Challenges).issue('probe', 'session:1')],
    ['one that was altered', () => genuine().replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))],
  ])('answers none to %s', async (_what, challenge) => {
    expect((await ask(challenge())).status).toBe(404);
  });

  it('is answered once, of any number at the same time', async () => {
    const challenge = genuine();
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await ask(challenge)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await ask(challenge)).status).toBe(404);
  });

  it('tells of this request only, and is kept nowhere', async () => {
    const answer = await ask(genuine());
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { arrival, proof, ...rest } = (await answer.json()) as Record<string, Record<string, unknown>>;
    expect(rest).toEqual({});
    expect(typeof proof).toBe('string');
    expect(Object.keys(arrival!).sort()).toEqual([
      'address',
      'forwardedFor',
      'host',
      'peer',
      'peerPort',
      'time',
      'trustedHops',
    ]);
    expect((await ask(genuine(), 'POST')).status).toBeGreaterThanOrEqual(400);
  });

  it('is worth nothing after five minutes', async () => {
    const challenge = genuine();
    server.clock.advance(5 * MINUTE + 1);
    expect((await ask(challenge)).status).toBe(404);
  });
});
