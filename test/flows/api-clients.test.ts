import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { OperatorClients } from '../../src/clients/operator-clients.service.js';
import { HELD } from '../../src/oidc/records/client-holdings.js';
import { RecordSeal } from '../../src/oidc/records/record.seal.js';
import { ClientRemoval } from '../../src/oidc/sessions/client-removal.service.js';
import { API_CLIENTS, events, Program } from '../support/api.js';
import { Browser } from '../support/browser.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';
import { verdictOn } from '../support/token-endpoint.js';

let mailbox: TestMailbox;
let server: TestServer;
let program: Program;
beforeAll(async () => {
  mailbox = await TestMailbox.start();
  server = await TestServer.start({
    clients: `apis:\n  - identifier: https://orders.example.org/\n    scopes: [orders:read]\n  - identifier: ${STOCK}\n    access_token_format: opaque\n    scopes: [stock:read]\n${API_CLIENTS}`,
    env: { SMTP_URL: mailbox.url },
  });
  program = new Program(server);
});
afterAll(async () => {
  await server.stop();
  await mailbox.stop();
});

type Item = Record<string, unknown>;
const items = (body: Item) => body['items'] as Item[];
const WIKI = { client_name: 'Wiki', redirect_uris: ['https://wiki.example/cb'], scope: 'openid profile' };
const STOCK = 'https://stock.example.org/';
/** A token of the client's own, which is kept here. */
async function getToken(client: string, secret: string): Promise<number> {
  const { status } = await fetch(`${server.url}/oidc/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: STOCK, scope: 'stock:read' }),
  });
  return status;
}
/** How much the client that is removed holds. */
const held = async () =>
  (await server.app.get(Sql).rows(HELD, server.app.get(RecordSeal).client('raced'))).length;
const places = (body: Item) => ((body['errors'] ?? []) as Item[]).map(({ at }) => at);

describe('applications, for a program', () => {
  it('are made with a secret that is shown once, and changed, as a PUT says', async () => {
    const made = await program.put('/clients/wiki', WIKI, { 'If-None-Match': '*' });
    expect(made.status).toBe(201);
    const secret = made.body['secret'] as string;
    expect(await verdictOn(server, 'wiki', secret)).toBe('invalid_grant');

    const again = await program.put('/clients/wiki', WIKI);
    expect([again.status, again.body]).toEqual([200, { ...made.body, secret: null }]);
    expect(await events(server, { name: 'client.created' })).toHaveLength(1);
    expect(await events(server, { name: 'client.updated' })).toEqual([]);

    const shown = await program.get('/clients/wiki');
    expect(shown.body).toMatchObject({ origin: 'operator', hasSecret: true, fields: { client_id: 'wiki' } });
    expect(JSON.stringify(shown.body)).not.toContain(secret);

    const changed = await program.put(
      '/clients/wiki',
      { ...WIKI, client_name: 'The wiki' },
      { 'If-Match': shown.headers.get('etag')! },
    );
    expect([changed.status, changed.body['secret']]).toEqual([200, null]);
    const late = await program.put('/clients/wiki', WIKI, { 'If-Match': shown.headers.get('etag')! });
    expect(late.status).toBe(412);
    expect((await program.get('/clients/wiki')).body['name']).toBe('The wiki');
    const [event] = await events(server, { name: 'client.updated' });
    expect(event!.detail['by']).toBe('client:automation');
  });

  it('lose nothing by a removal that is refused, since somebody has changed them at this very moment', async () => {
    const { scope: _scope, ...wiki } = WIKI;
    const fields = { ...wiki, grant_types: ['client_credentials', 'authorization_code'], apis: [STOCK] };
    const { body } = await program.put('/clients/raced', fields);
    expect(await getToken('raced', body['secret'] as string)).toBe(200);
    expect(await held()).toBe(1);
    const { headers } = await program.get('/clients/raced');
    const store = server.app.get(OperatorClients);
    const letGo = jest.spyOn(store, 'letGo').mockImplementationOnce(async (id, version) => {
      await program.put('/clients/raced', { ...fields, client_name: 'Changed' });
      return store.letGo(id, version);
    });
    const raced = await program.delete('/clients/raced', { 'If-Match': headers.get('etag')! });
    expect([raced.status, raced.body['type']]).toEqual([412, 'urn:gatehouse:problem:changed-meanwhile']);
    expect((await program.get('/clients/raced')).body['name']).toBe('Changed');
    expect(await held()).toBe(1);
    letGo.mockRestore();

    const tag = (await program.get('/clients/raced')).headers.get('etag')!;
    expect((await program.delete('/clients/raced', { 'If-Match': tag })).status).toBe(204);
    expect(await held()).toBe(0);
  });

  it('are changed by nobody any more while they are removed', async () => {
    const { headers } = await program.put('/clients/raced', WIKI);
    const tag = headers.get('etag')!;
    const removal = server.app.get(ClientRemoval);
    const around = jest.spyOn(removal, 'around').mockImplementationOnce(async (ids, remove) => {
      const changes = [
        await program.put('/clients/raced', { ...WIKI, client_name: 'Changed' }),
        await program.put('/clients/raced', { ...WIKI, client_name: 'Changed' }, { 'If-Match': tag }),
        await program.post('/clients/raced/secret'),
        await program.delete('/clients/raced', { 'If-Match': tag }),
      ];
      expect(changes.map(({ status }) => status)).toEqual([409, 412, 409, 412]);
      expect((await program.get('/clients/raced')).body).toMatchObject({ name: 'Wiki', version: 0 });
      return removal.around(ids, remove);
    });
    expect((await program.delete('/clients/raced', { 'If-Match': tag })).status).toBe(204);
    expect((await program.get('/clients/raced')).status).toBe(404);
    expect(await events(server, { name: 'client.removed' })).toHaveLength(2);

    await program.put('/clients/raced', WIKI);
    around.mockImplementationOnce(async (ids, remove) => {
      await server.app.get(Sql).run("UPDATE client SET origin = 'file' WHERE id = 'raced'");
      return removal.around(ids, remove);
    });
    expect((await program.delete('/clients/raced')).status).toBe(403);
    expect((await program.get('/clients/raced')).body['origin']).toBe('file');
    around.mockRestore();
  });

  it('get another secret, and the old one ends', async () => {
    const { body } = await program.put('/clients/chat', WIKI);
    const renewed = await program.post('/clients/chat/secret');
    expect(renewed.status).toBe(201);
    const [old, now] = [body['secret'], renewed.body['secret']] as [string, string];
    for (const secret of [old, now]) expect(await verdictOn(server, 'chat', secret)).toBe('invalid_grant');
    for (let n = 0; n < 2; n++) expect((await program.post('/clients/chat/end-old-secret')).status).toBe(204);
    expect(await verdictOn(server, 'chat', old)).toBe('invalid_client');
    expect(await verdictOn(server, 'chat', now)).toBe('invalid_grant');
    await program.put('/clients/spa', { ...WIKI, token_endpoint_auth_method: 'none' });
    expect((await program.post('/clients/spa/secret')).status).toBe(409);
  });

  it('are refused as the clients file would refuse them', async () => {
    const refused = async (fields: object) => {
      const { status, body } = await program.put('/clients/refused', fields);
      return [status, places(body)];
    };
    expect(await refused({ ...WIKI, redirect_uris: ['http://wiki.example/cb'] })).toEqual([
      422,
      ['#/redirect_uris'],
    ]);
    expect(await refused({ ...WIKI, redirect_uris: 7 })).toEqual([422, ['#/redirect_uris']]);
    expect(await refused({})).toEqual([422, ['#/redirect_uris']]);
    expect(await refused({ ...WIKI, client_id: 'other' })).toEqual([422, ['#/client_id']]);
    expect(await refused({ ...WIKI, client_secret: 'mine' })).toEqual([422, ['#/client_secret']]);
    expect(await refused({ ...WIKI, redirect_uri: 'x' })).toEqual([422, ['#/redirect_uri']]);
    expect((await program.put('/clients/gatehouse-mine', WIKI)).status).toBe(422);
    expect((await program.get('/clients/refused')).status).toBe(404);
  });

  it('get nothing of this API from one another', async () => {
    const granting = {
      ...WIKI,
      grant_types: ['client_credentials'],
      gatehouse_api: ['gatehouse:users.write'],
    };
    const { status, body } = await program.put('/clients/heir', granting);
    expect([status, places(body)]).toEqual([422, ['#/gatehouse_api']]);
    const { body: own } = await program.put('/clients/heir', {
      client_name: 'Heir',
      grant_types: ['client_credentials'],
      apis: [`${server.url}/api/v1`],
    });
    expect(places(own)).toEqual(['#/apis']);
  });

  it('are not changed here where the clients file says what they are', async () => {
    for (const id of ['notes', 'automation']) {
      expect((await program.put(`/clients/${id}`, WIKI)).status).toBe(403);
      expect((await program.post(`/clients/${id}/secret`)).status).toBe(403);
      expect((await program.post(`/clients/${id}/end-old-secret`)).status).toBe(403);
      expect((await program.delete(`/clients/${id}`)).status).toBe(403);
    }
    const { body } = await program.get('/clients/notes');
    expect(body).toMatchObject({ origin: 'file', hasSecret: true });
    expect(JSON.stringify(body)).not.toContain('notes-secret');
    expect((await program.get('/clients/gatehouse-dashboard')).status).toBe(404);
    expect((await program.delete('/clients/gatehouse-dashboard')).status).toBe(404);
  });

  it('are listed by pages', async () => {
    const seen: unknown[] = [];
    let after = '';
    do {
      const { body } = await program.get(`/clients?limit=3${after}`);
      seen.push(...items(body).map(({ id }) => id));
      after = body['next'] === null ? '' : `&after=${encodeURIComponent(body['next'] as string)}`;
    } while (after !== '');
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['automation', 'bank', 'notes', 'wiki']));
    expect(items((await program.get('/clients?search=The%20W&origin=operator')).body)).toMatchObject([
      { id: 'wiki' },
    ]);
  });

  it('go', async () => {
    await program.put('/clients/gone', WIKI);
    expect((await program.delete('/clients/gone')).status).toBe(204);
    expect((await program.delete('/clients/gone')).status).toBe(404);
  });

  it('have APIs', async () => {
    const { body } = await program.get('/apis');
    expect(items(body)).toMatchObject([
      { identifier: 'https://orders.example.org/', tokenFormat: 'jwt' },
      { identifier: STOCK, tokenFormat: 'opaque' },
    ]);
  });
});

describe('invitations, for a program', () => {
  it('are links that let somebody register, or letters', async () => {
    const made = await program.post('/invitations');
    expect(made.status).toBe(201);
    const browser = new Browser(server);
    await browser.open((made.body['url'] as string).replace(server.url, ''));
    expect(browser.page.status).toBe(200);

    const sent = await program.post('/invitations', { email: 'Friend@example.org' });
    expect([sent.status, sent.body['url']]).toEqual([201, null]);
    const open = items((await program.get('/invitations')).body);
    expect(open.map(({ id }) => id).sort()).toEqual([made.body['id'], sent.body['id']].sort());
    expect(open.find(({ id }) => id === sent.body['id'])).toMatchObject({
      email: 'Friend@example.org',
      madeBy: null,
    });
    expect(JSON.stringify(open)).not.toContain('token');

    for (let n = 0; n < 2; n++)
      expect((await program.delete(`/invitations/${made.body['id'] as string}`)).status).toBe(204);
    await browser.open((made.body['url'] as string).replace(server.url, ''));
    expect(browser.page.status).toBe(410);
    expect((await program.post('/invitations', { email: 'nobody' })).status).toBe(422);
  });
});
