import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { API_CLIENTS, events, Program } from '../support/api.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

let mailbox: TestMailbox;
let server: TestServer;
let program: Program;
beforeAll(async () => {
  mailbox = await TestMailbox.start();
  server = await TestServer.start({ clients: API_CLIENTS, env: { SMTP_URL: mailbox.url } });
  program = new Program(server);
});
afterAll(async () => {
  await server.stop();
  await mailbox.stop();
});

type Item = Record<string, unknown>;
const items = (body: Item) => body['items'] as Item[];
const names = (body: Item) => items(body).map(({ username }) => username);

describe('a program', () => {
  it('learns what the server is', async () => {
    const { status, body } = await program.get('/server');
    expect(status).toBe(200);
    expect(body).toMatchObject({ issuer: server.url, mail: true });
  });

  it('finds the document without a token', async () => {
    const response = await fetch(`${server.url}/api/v1/openapi.json`);
    const document = (await response.json()) as { openapi: string; servers: unknown };
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: `${server.url}/api/v1` }] });
  });
});

describe('users, for a program', () => {
  it('are looked at', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const { status, body, headers } = await program.get(`/users/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, username: person.username, email: person.email, disabledAt: null });
    expect(headers.get('etag')).toMatch(/^"[\w-]{22}"$/);
    expect(JSON.stringify(body)).not.toContain('argon2');
    expect((await program.get('/users/AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404);
    expect((await program.get('/users/AAAA')).status).toBe(404);
  });

  it('are made once, however often that is sent, and get in by a link', async () => {
    const sent = { username: 'Nova', email: 'Nova@Example.org', attributes: { department: 'ops', level: 3 } };
    const made = await program.post('/users', sent);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ username: 'Nova', hasPassword: true, emailVerified: false });
    expect(made.body['attributes']).toEqual(sent.attributes);
    expect(JSON.stringify(made.body)).not.toMatch(/"password"/);
    expect((await program.post('/users', sent)).status).toBe(409);
    expect((await program.post('/users', { ...sent, username: 'another' })).status).toBe(409);

    const id = made.body['id'] as string;
    const link = await program.post(`/users/${id}/password-link`);
    expect(link.status).toBe(201);
    const browser = new Browser(server);
    await browser.open((link.body['url'] as string).replace(server.url, ''));
    expect(browser.page.status).toBe(200);
    const signIn = await program.post(`/users/${id}/sign-in-link`);
    expect(signIn.status).toBe(201);
    await browser.open((signIn.body['url'] as string).replace(server.url, ''));
    expect(browser.page.text).toContain('Sign in as Nova');
    const noted = await events(server, { accountId: id });
    expect(noted.map(({ name, detail }) => [name, detail['by']])).toEqual([
      ['account.registered', 'client:automation'],
      ['attribute.changed', 'client:automation'],
      ['attribute.changed', 'client:automation'],
      ['link.printed', 'client:automation'],
      ['link.printed', 'client:automation'],
    ]);
  });

  it('are as a PUT says, and another PUT of the same changes nothing', async () => {
    const put = (body: object, headers?: Record<string, string>) =>
      program.put('/users/by-username/orla', body, headers);
    const body = { email: 'orla@example.org', attributes: { department: 'ops' } };
    const first = await put(body, { 'If-None-Match': '*' });
    expect(first.status).toBe(201);
    const id = first.body['id'] as string;
    const again = await put(body);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await put({ ...body, email: ' ORLA@example.org ' })).status).toBe(200);
    expect(await events(server, { accountId: id })).toHaveLength(2);

    expect((await put(body, { 'If-None-Match': '*' })).status).toBe(412);
    const changed = await put(
      { ...body, attributes: { title: { de: 'Chefin' } } },
      { 'If-Match': first.headers.get('etag')! },
    );
    expect([changed.status, changed.body['attributes']]).toEqual([200, { title: { de: 'Chefin' } }]);
    expect((await put(body, { 'If-Match': first.headers.get('etag')! })).status).toBe(412);
    expect((await put({ email: body.email })).body['attributes']).toEqual({ title: { de: 'Chefin' } });

    expect((await put({ email: 'other@example.org' })).status).toBe(409);
    expect((await program.put('/users/by-username/nobody-yet', body)).status).toBe(409);
    expect((await program.put('/users/by-username/nobody-yet', body, { 'If-Match': '*' })).status).toBe(412);
  });

  it('are refused as a page would refuse them', async () => {
    const refused = async (body: object) => {
      const answer = await program.post('/users', body);
      return [answer.status, ((answer.body['errors'] ?? []) as Item[]).map(({ at }) => at)];
    };
    expect(await refused({ username: 'a', email: 'nobody' })).toEqual([422, ['#/username', '#/email']]);
    expect(await refused({ username: 'someone' })).toEqual([422, ['#/email']]);
    expect(await refused({ username: 'someone', email: 's@example.org', password: 'x' })).toEqual([
      422,
      ['#/password'],
    ]);
    expect(
      await refused({ username: 'someone', email: 's@example.org', attributes: { sub: 'x', 'a/b c': 1 } }),
    ).toEqual([422, ['#/attributes/sub', '#/attributes/a~1b c']]);
    expect(await server.app.get(Accounts).findByIdentifier('someone')).toBeNull();
    const put = await program.put('/users/by-username/a', { email: 's@example.org' });
    expect([put.status, (put.body['errors'] as Item[])[0]!['at']]).toEqual([422, 'path: username']);
  });

  it('are listed by pages that follow one another, and found', async () => {
    const made = ['pia', 'pim', 'pit', 'piz'];
    for (const name of made)
      await program.put(`/users/by-username/${name}`, { email: `${name}@example.org` });
    const first = await program.get('/users?search=pi&limit=2');
    expect(names(first.body)).toEqual(['pia', 'pim']);
    const second = await program.get(`/users?search=pi&limit=2&after=${first.body['next'] as string}`);
    expect(names(second.body)).toEqual(['pit', 'piz']);
    expect(second.body['next']).toBeNull();
    expect(names((await program.get('/users?search=PIT@example')).body)).toEqual(['pit']);
    for (const [query, at] of [
      ['limit=0', 'query: limit'],
      ['limit=201', 'query: limit'],
      ['limit=all', 'query: limit'],
      ['limit=1&limit=2', 'query: limit'],
      ['state=nobody', 'query: state'],
      ['page=2', 'query: page'],
      ['__proto__=2', 'query: __proto__'],
    ] as const) {
      const { status, body } = await program.get(`/users?${query}`);
      expect([query, status, (body['errors'] as Item[]).map((each) => each['at'])]).toEqual([
        query,
        422,
        [at],
      ]);
    }
    expect((await program.get('/users?after=made-up&limit=1')).status).toBe(200);
    expect((await program.get('/users?search=%00')).status).toBe(422);
  });

  it('are disabled, signed out and deleted in a week, or kept', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    expect((await program.post(`/users/${id}/sign-out`)).status).toBe(204);
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/\/password$/);

    expect((await program.post(`/users/${id}/disable`, { reason: 'has left' })).status).toBe(204);
    expect((await program.post(`/users/${id}/disable`)).status).toBe(204);
    expect((await program.get(`/users/${id}`)).body['disabledAt']).not.toBeNull();
    expect((await program.post(`/users/${id}/password-link`)).status).toBe(409);
    expect(names((await program.get(`/users?state=disabled&search=${person.username}`)).body)).toEqual([
      person.username,
    ]);
    expect((await program.post(`/users/${id}/enable`, {})).status).toBe(204);

    const gone = await program.delete(`/users/${id}`);
    expect([gone.status, gone.body['deletionDueAt'] !== null]).toEqual([200, true]);
    expect((await program.delete(`/users/${id}`)).body).toEqual(gone.body);
    expect((await program.post(`/users/${id}/keep`)).status).toBe(204);
    expect((await program.get(`/users/${id}`)).body['deletionDueAt']).toBeNull();
    expect((await events(server, { accountId: id, name: 'account.disabled' }))[0]!.detail).toMatchObject({
      by: 'client:automation',
      reason: 'has left',
    });
  });

  it('are helped when they are stuck', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    expect((await program.post(`/users/${id}/clear-throttle`)).status).toBe(204);
    expect((await program.post(`/users/${id}/confirm-recovery`)).status).toBe(409);
    expect((await program.post(`/users/${id}/refuse-recovery`)).status).toBe(409);
    expect((await program.post(`/users/${id}/verification-link`)).status).toBe(201);
    expect((await program.post(`/users/${id}/email-link`, { email: 'moved@example.org' })).status).toBe(201);
    expect((await program.post(`/users/${id}/email-link`, { email: 'nonsense' })).status).toBe(422);
    expect((await program.post(`/users/${id}/email-link`, { email: person.email })).status).toBe(409);

    const { body } = await program.get(`/users/${id}/factors`);
    const [factor] = items(body);
    expect(factor).toMatchObject({ kind: 'totp', name: '' });
    expect((await program.delete(`/users/${id}/factors/passkey/${factor!['id'] as string}`)).status).toBe(
      204,
    );
    expect(items((await program.get(`/users/${id}/factors`)).body)).toHaveLength(1);
    expect((await program.delete(`/users/${id}/factors/totp/${factor!['id'] as string}`)).status).toBe(204);
    expect((await program.get(`/users/${id}/factors`)).body).toEqual({ items: [], backupCodesLeft: 0 });
    expect((await program.delete(`/users/${id}/factors`)).status).toBe(204);
  });

  it('have sessions, groups and attributes', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    await shell(server, 'group-create', 'crew/night');
    await shell(server, 'group-add', person.username, 'crew/night');
    await new Browser(server).signIn(person);
    const sessions = items((await program.get(`/users/${id}/sessions`)).body);
    expect(sessions).toHaveLength(1);
    expect((await program.get(`/users/${id}/groups`)).body).toEqual({ items: ['crew/night'] });

    expect((await program.put(`/users/${id}/attributes/level`, { value: 3 })).status).toBe(204);
    expect((await program.put(`/users/${id}/attributes/level`, { value: 3 })).status).toBe(204);
    expect(await events(server, { accountId: id, name: 'attribute.changed' })).toHaveLength(1);
    expect((await program.get(`/users/${id}`)).body['attributes']).toEqual({ level: 3 });
    expect((await program.put(`/users/${id}/attributes/sub`, { value: 'x' })).status).toBe(422);
    expect((await program.put(`/users/${id}/attributes/level`, { value: null })).status).toBe(422);
    for (let n = 0; n < 2; n++)
      expect((await program.delete(`/users/${id}/attributes/level`)).status).toBe(204);
    expect((await program.get(`/users/${id}`)).body['attributes']).toEqual({});
  });
});
