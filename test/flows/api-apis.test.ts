import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { SHELL } from '../../src/admin/actor.js';
import { API_CLIENTS, callApi, events, Program, tokenFor } from '../support/api.js';
import { newApi, newMachine, tokenOf } from '../support/operator-apis.js';
import { TestServer } from '../support/server.js';

const STOCK = 'https://stock.example.org/';
const ORDERS = 'https://orders.example.org/a/b?c=d%2F';
const pathOf = (identifier: string) => `/apis/${encodeURIComponent(identifier)}`;
const BODY = {
  name: 'Orders',
  scopes: [{ name: 'orders:read', description: 'See what you ordered' }, { name: 'orders:write' }],
  tokenLifetime: 300,
  clientId: 'automation',
  undeclaredClients: true,
};

type Item = Record<string, unknown>;
const items = (body: Item) => body['items'] as Item[];
const places = (body: Item) => ((body['errors'] ?? []) as Item[]).map(({ at }) => at);

describe('APIs, for a program', () => {
  let server: TestServer;
  let program: Program;
  beforeAll(async () => {
    server = await TestServer.start({
      clients: `apis:\n  - identifier: ${STOCK}\n    scopes: [stock:read]\n${API_CLIENTS}`,
    });
    program = new Program(server);
  });
  afterAll(() => server.stop());

  it('are made and changed as a PUT says, and what was read can be sent back', async () => {
    const made = await program.put(pathOf(ORDERS), BODY, { 'If-None-Match': '*' });
    expect([made.status, made.body]).toEqual([
      201,
      {
        identifier: ORDERS,
        name: 'Orders',
        origin: 'operator',
        version: 1,
        scopes: [
          { name: 'orders:read', description: 'See what you ordered' },
          { name: 'orders:write', description: null },
        ],
        tokenFormat: 'jwt',
        signingAlgorithm: 'RS256',
        tokenLifetime: 300,
        clientId: 'automation',
        undeclaredClients: true,
      },
    ]);
    expect((await program.put(pathOf(ORDERS), BODY, { 'If-None-Match': '*' })).status).toBe(412);
    const { identifier: _i, origin: _o, version: _v, ...same } = made.body;
    expect((await program.put(pathOf(ORDERS), same)).body).toEqual(made.body);
    const shown = await program.get(pathOf(ORDERS));
    expect(shown.body).toEqual(made.body);
    const etag = shown.headers.get('etag')!;
    const changed = await program.put(
      pathOf(ORDERS),
      { ...BODY, tokenFormat: 'opaque' },
      { 'If-Match': etag },
    );
    expect([changed.status, changed.body]).toMatchObject([200, { tokenFormat: 'opaque', version: 2 }]);
    expect((await program.put(pathOf(ORDERS), BODY, { 'If-Match': etag })).status).toBe(412);
    expect((await program.delete(pathOf(ORDERS), { 'If-Match': etag })).status).toBe(412);

    const machine = await newMachine(server, 'meter', [ORDERS]);
    expect((await tokenOf(machine, { scope: 'orders:read' })).body).toMatchObject({ scope: 'orders:read' });
    const [created] = await events(server, { name: 'api.created' });
    expect(created!.detail).toMatchObject({ by: 'client:automation', api: ORDERS, before: null });
    expect(await events(server, { name: 'api.updated' })).toEqual([
      {
        name: 'api.updated',
        detail: {
          by: 'client:automation',
          api: ORDERS,
          before: { access_token_format: null },
          after: { access_token_format: 'opaque' },
        },
      },
    ]);
  });

  it('are refused as the clients file would refuse them, each mistake at its place', async () => {
    const refused = async (identifier: string, body: unknown = {}) => {
      const called = await program.put(pathOf(identifier), body);
      return [called.status, places(called.body)];
    };
    const X = 'https://x.example/';
    for (const identifier of [
      'orders',
      `${X}#x`,
      `${X}a b`,
      ` ${X}`,
      `${X}\u202e`,
      `${X}${'a'.repeat(300)}`,
      `${server.url}/api/v1`,
      `${server.url}/api/v1/`,
    ])
      expect([identifier, await refused(identifier)]).toEqual([identifier, [422, ['path: identifier']]]);
    expect(await refused(X, { scopes: [{ name: 'a b' }] })).toEqual([422, ['#/scopes']]);
    expect(await refused(X, { scopes: [{ name: 'openid' }] })).toEqual([422, ['#/scopes']]);
    expect(await refused(X, { scopes: [{ name: 'gatehouse:users.write' }] })).toEqual([422, ['#/scopes']]);
    expect(await refused(X, { scopes: [{ name: 'a' }, { name: 'a' }] })).toEqual([422, ['#/scopes']]);
    expect(await refused(X, { scopes: ['a'] })).toEqual([422, ['#/scopes/0']]);
    expect(await refused(X, { tokenFormat: 'xml' })).toEqual([422, ['#/tokenFormat']]);
    expect(await refused(X, { tokenLifetime: 1 })).toEqual([422, ['#/tokenLifetime']]);
    expect(await refused(X, { clientId: 'nobody' })).toEqual([422, ['#/clientId']]);
    expect(await refused(X, { clientId: 'gatehouse-dashboard' })).toEqual([422, ['#/clientId']]);
    expect(await refused(X, { origin: 'file' })).toEqual([422, ['#/origin']]);
    expect(await refused(X, { name: 'a\u2028b' })).toEqual([422, ['#/name']]);
    const long = Array.from({ length: 190 }, (_, n) => ({ name: `scope:${n}`, description: 'x'.repeat(60) }));
    expect(await refused(X, { scopes: long })).toEqual([422, ['#']]);
    expect((await program.get(pathOf(X))).status).toBe(404);
  });

  it('are not changed here where the clients file says what they are', async () => {
    expect((await program.put(pathOf(STOCK), { name: 'Mine' })).status).toBe(403);
    expect((await program.delete(pathOf(STOCK))).status).toBe(403);
    expect((await program.get(pathOf(STOCK))).body).toMatchObject({
      origin: 'file',
      name: STOCK,
      version: 1,
    });
  });

  it('are listed by pages, by their identifier', async () => {
    for (let n = 0; n < 3; n++) await newApi(server);
    const seen: unknown[] = [];
    let after = '';
    do {
      const { body } = await program.get(`/apis?limit=2${after}`);
      seen.push(...items(body).map(({ identifier }) => identifier));
      after = body['next'] === null ? '' : `&after=${encodeURIComponent(body['next'] as string)}`;
    } while (after !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining([ORDERS, STOCK]));
    expect(seen.length).toBeGreaterThan(4);
  });

  it('take the scope for applications, and to look is not to change', async () => {
    const looking = await tokenFor(server, 'automation', ['gatehouse:clients.read']);
    const reading = await tokenFor(server, 'reader', ['gatehouse:users.read']);
    const by = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
    expect((await callApi(server, 'GET', pathOf(ORDERS), by(looking))).status).toBe(200);
    for (const token of [looking, reading]) {
      const put = await callApi(server, 'PUT', pathOf(ORDERS), { body: {}, ...by(token) });
      expect([put.status, (await callApi(server, 'DELETE', pathOf(ORDERS), by(token))).status]).toEqual([
        403, 403,
      ]);
    }
    expect((await callApi(server, 'GET', '/apis', by(reading))).status).toBe(403);
    expect((await program.get(pathOf(ORDERS))).body).toMatchObject({ name: 'Orders' });
  });

  it('are not removed as they were seen, when somebody changes them at that moment', async () => {
    const identifier = await newApi(server);
    const apis = server.app.get(ManagedApis);
    const remove = jest.spyOn(apis, 'remove').mockImplementationOnce(async (actor, id, version) => {
      await apis.update(SHELL, id, version!, { name: 'Changed' });
      return apis.remove(actor, id, version);
    });
    expect((await program.delete(pathOf(identifier))).status).toBe(409);
    expect((await program.get(pathOf(identifier))).body['name']).toBe('Changed');
    remove.mockRestore();
    expect((await program.delete(pathOf(identifier))).status).toBe(204);
    expect((await program.delete(pathOf(identifier))).status).toBe(404);
  });
});
