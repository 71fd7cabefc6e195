import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import { HOUR, DAY } from '../../src/kernel/clock.js';
import { TestServer } from '../support/server.js';

const JWKS = '/oidc/jwks';
const DISCOVERY = '/.well-known/openid-configuration';

describe('discovery and the JWKS, which are kept as they were sent last', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ path: '/id' });
  });
  afterAll(() => server.stop());

  const ask = async (path: string, init: RequestInit = {}, base = server.url) => {
    const response = await fetch(base + path, init);
    const { date: _date, ...headers } = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text() };
  };

  it('are the same the first time and after, headers included, whoever asks and whichever way', async () => {
    for (const path of [JWKS, DISCOVERY]) {
      const first = await ask(path);
      expect(first.status).toBe(200);
      expect(first.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=300',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        vary: 'Origin',
      });
      expect(await ask(path)).toEqual(first);
      expect(await ask(path, {}, new URL(server.url).origin)).toEqual(first);
      const origin = 'https://app.example';
      const fromScript = await ask(path, { headers: { origin } });
      expect(fromScript).toEqual({
        ...first,
        headers: { ...first.headers, 'access-control-allow-origin': origin },
      });
      expect(await ask(path)).toEqual(first);
    }
  });

  it('are asked for by HEAD, with a query and by POST as before', async () => {
    const { headers, body } = await ask(JWKS);
    const head = await ask(JWKS, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe(headers['content-length']);
    expect(await ask(`${JWKS}?x=1`)).toEqual({ status: 200, headers, body });
    expect((await ask(JWKS, { method: 'POST' })).status).toBe(403);
  });

  it('show another key as soon as it is published', async () => {
    const kids = async () =>
      (JSON.parse((await ask(JWKS)).body) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
    const before = await kids();
    expect(await kids()).toEqual(before);
    server.clock.advance(90 * DAY - HOUR);
    await server.app.get(KeyRotation).turn();
    const after = await kids();
    expect(after.length).toBeGreaterThan(before.length);
    expect(after).toEqual(expect.arrayContaining(before));
  });
});
