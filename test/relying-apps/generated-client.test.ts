import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../src/config/root.js';
import { ALL_SCOPES, API_CLIENTS, tokenFor } from '../support/api.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { addLetter, addNotice } from '../support/records.js';
import { TestServer } from '../support/server.js';

const run = promisify(execFile);
const program = (...path: string[]) => join(projectRoot, 'node_modules', ...path);

/** What every function of the client takes and gives. */
interface Asked {
  readonly client: unknown;
  readonly path?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
interface Data {
  readonly items: Record<string, unknown>[];
  readonly next: string | null;
  readonly id: string;
  readonly url: string;
  readonly secret: string | null;
}
interface Given {
  readonly data?: Data;
  readonly error?: { type: string; status: number; errors?: { at: string }[] };
  readonly response: Response;
}
type Sdk = Record<string, (asked: Asked) => Promise<Given>>;
interface ClientModule {
  readonly createClient: (config: object) => unknown;
}

/** As docs/api.md says: a client in another language is made of the document that the server gives. */
describe('a client that is generated from the document of a running server', () => {
  let server: TestServer;
  let folder: string;
  let sdk: Sdk;
  let client: unknown;

  beforeAll(async () => {
    server = await TestServer.start({ clients: API_CLIENTS });
    mkdirSync(join(projectRoot, 'test-results'), { recursive: true });
    folder = mkdtempSync(join(projectRoot, 'test-results', 'generated-client-'));
    await run(process.execPath, [
      program('@hey-api', 'openapi-ts', 'bin', 'run.js'),
      ...['-i', `${server.url}/api/v1/openapi.json`, '-o', folder, '--silent', '--no-log-file'],
    ]);
    const module = (await import(join(folder, 'client', 'index.ts'))) as ClientModule;
    sdk = (await import(join(folder, 'sdk.gen.ts'))) as Sdk;
    const token = await tokenFor(server, 'automation', ALL_SCOPES);
    client = module.createClient({ baseUrl: `${server.url}/api/v1`, auth: token });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (name: string, asked: Omit<Asked, 'client'> = {}) => sdk[name]!({ client, ...asked });

  it('is right to the compiler', async () => {
    const flags = [
      '--ignoreConfig',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024,dom,dom.iterable',
    ];
    const files = ['index.ts', join('client', 'index.ts')].map((name) => join(folder, name));
    const compiled = run(process.execPath, [
      program('typescript', 'bin', 'tsc'),
      '--noEmit',
      ...flags,
      ...files,
    ]);
    await expect(compiled).resolves.toBeDefined();
  }, 60_000);

  it('makes somebody, who gets in by a link, and lets them go', async () => {
    const made = await call('putUser', {
      path: { username: 'grace' },
      body: { email: 'grace@example.org', attributes: { department: 'navy' } },
      headers: { 'If-None-Match': '*' },
    });
    expect(made.response.status).toBe(201);
    const id = made.data!.id;
    const link = await call('makePasswordLink', { path: { id } });
    const browser = new Browser(server);
    await browser.open(link.data!.url.replace(server.url, ''));
    await browser.press('submit', { password: 'a ship in port is safe' });
    expect(browser.page.status).toBe(200);
    await browser.signIn({ username: 'grace', email: '', password: 'a ship in port is safe' });
    const sessions = await call('listUserSessions', { path: { id } });
    expect(sessions.data!.items).toHaveLength(1);
    const session = sessions.data!.items[0]!['id'] as string;
    expect((await call('endUserSession', { path: { id, session } })).response.status).toBe(204);
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/\/password$/);
    await browser.signIn({ username: 'grace', email: '', password: 'a ship in port is safe' });

    expect((await call('disableUser', { path: { id }, body: { reason: 'on leave' } })).response.status).toBe(
      204,
    );
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/\/password$/);
    const { data } = await call('listUsers', { query: { state: 'disabled', search: 'gra' } });
    expect(data!.items.map((each) => each['username'])).toEqual(['grace']);
    const noted = await call('listAuditEvents', { query: { user: id, name: 'account.disabled' } });
    expect(noted.data!.items[0]!['detail']).toMatchObject({ by: 'client:automation', reason: 'on leave' });
  });

  it('looks at what waits to be told, has it tried again, and drops it', async () => {
    const { id } = await server.addPerson(somebody());
    const boxes = [
      ['listLetters', 'retryLetter', 'dropLetter', () => addLetter(server, id)],
      ['listLogoutNotices', 'retryLogoutNotice', 'dropLogoutNotice', () => addNotice(server, id, 'waiting')],
    ] as const;
    for (const [list, retry, drop, add] of boxes) {
      const path = { id: await add() };
      const { data } = await call(list, { query: { state: 'waiting' } });
      expect(data!.items).toContainEqual(expect.objectContaining({ ...path, userId: id }));
      expect((await call(retry, { path })).response.status).toBe(204);
      const dropped = { id: await add() };
      expect((await call(drop, { path: dropped, body: { reason: 'by hand' } })).response.status).toBe(204);
      const none = await call(drop, { path: dropped, body: { reason: 'again' } });
      expect(none.error).toMatchObject({ type: 'urn:gatehouse:problem:not-found', status: 404 });
    }
    const { data } = await call('listLetters', { query: { state: 'dropped' } });
    expect(data!.items).toMatchObject([{ kind: 'password-changed', state: 'dropped' }]);
  });

  it('changes what it has seen, once', async () => {
    const { username, email } = somebody();
    const made = await call('putUser', { path: { username }, body: { email } });
    const headers = { 'If-Match': made.response.headers.get('etag')! };
    const put = (n: number) =>
      call('putUser', { path: { username }, body: { email, attributes: { n } }, headers });
    const both = await Promise.all([put(1), put(2)]);
    expect(both.map(({ response }) => response.status).sort()).toEqual([200, 412]);
  });

  it('makes an application and renews its secret', async () => {
    const fields = { client_name: 'Wiki', redirect_uris: ['https://wiki.example/cb'] };
    const made = await call('putClient', { path: { client_id: 'a/wiki' }, body: fields });
    expect([made.response.status, typeof made.data!.secret]).toEqual([201, 'string']);
    const renewed = await call('renewClientSecret', { path: { client_id: 'a/wiki' } });
    expect(renewed.data!.secret).not.toBe(made.data!.secret);
    expect((await call('deleteClient', { path: { client_id: 'a/wiki' } })).response.status).toBe(204);
    expect((await call('getClient', { path: { client_id: 'a/wiki' } })).error).toMatchObject({ status: 404 });
  });

  it('goes through a list to its end', async () => {
    for (let n = 0; n < 5; n++)
      await call('createUser', { body: { username: `many${n}`, email: `many${n}@example.org` } });
    const seen: unknown[] = [];
    for (let after: string | undefined, more = true; more;) {
      const { data } = await call('listUsers', {
        query: { search: 'many', limit: 2, ...(after ? { after } : {}) },
      });
      seen.push(...data!.items.map(({ username }) => username));
      after = data!.next ?? undefined;
      more = after !== undefined;
    }
    expect(seen).toEqual(['many0', 'many1', 'many2', 'many3', 'many4']);
  });

  it('is told what is wrong', async () => {
    const { error } = await call('createUser', { body: { username: 'x', email: 'nobody' } });
    expect(error).toMatchObject({
      type: 'urn:gatehouse:problem:not-valid',
      errors: [{ at: '#/username' }, { at: '#/email' }],
    });
  });
});
