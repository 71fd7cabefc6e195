import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistrationCommands } from '../../src/admin/commands/registration-commands.js';
import { Clients } from '../../src/clients/clients.service.js';
import { CleanUp } from '../../src/ops/clean-up.js';
import { Sql } from '../../src/database/sql.js';
import { DAY } from '../../src/kernel/clock.js';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { DECENT, manage, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

/** Applications register themselves and look after their registration (RFC 7591, RFC 7592). */
describe('the registration of an application by itself', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_CLIENT_REGISTRATION: 'open' } });
    await server.addPerson(bea());
  });
  afterAll(() => server.stop());

  const shell = (command: 'clients' | 'clients remove', ...args: string[]) =>
    server.app.get(RegistrationCommands).run(command, args);

  it('answers with everything the application needs, and what the server made of its wishes', async () => {
    const { status, body } = await register(server, {
      ...DECENT,
      contacts: ['somebody@decent.example'],
      policy_uri: 'https://decent.example/privacy',
      something_new: 'ignored',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      client_id: expect.stringMatching(/^app-/),
      client_secret: expect.stringMatching(/^.{43}$/),
      client_secret_expires_at: 0,
      registration_access_token: expect.any(String),
      registration_client_uri: `${server.url}/oidc/registration/${String(body['client_id'])}`,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: expect.stringContaining('openid'),
      policy_uri: 'https://decent.example/privacy',
      application_type: 'web',
    });
    expect(body).not.toHaveProperty('something_new');
  });

  it('is announced in the discovery document', async () => {
    const discovery = await fetch(`${server.url}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({
      registration_endpoint: `${server.url}/oidc/registration`,
    });
  });

  it('of a public client gives it no secret; one on the loopback interface is native without saying so', async () => {
    const { body } = await register(server, {
      redirect_uris: ['http://127.0.0.1:33418/'],
      token_endpoint_auth_method: 'none',
      client_name: 'An agent',
    });
    expect(body).toMatchObject({ application_type: 'native', token_endpoint_auth_method: 'none' });
    expect(body).not.toHaveProperty('client_secret');
  });

  it('is read, changed and deleted with its token, which is another one after each change', async () => {
    const { body: first } = await register(server);
    const id = first['client_id'];
    const read = await manage(server, 'GET', id, first['registration_access_token']);
    expect(read.body).toMatchObject({ client_id: id, client_secret: first['client_secret'] });

    const wishes = { ...DECENT, client_id: id, client_name: 'Renamed' };
    const changed = await manage(server, 'PUT', id, first['registration_access_token'], wishes);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ client_name: 'Renamed', client_secret: first['client_secret'] });
    expect((await manage(server, 'GET', id, first['registration_access_token'])).status).toBe(401);

    const token = changed.body['registration_access_token'];
    expect((await manage(server, 'GET', id, token)).body).toMatchObject({ client_name: 'Renamed' });
    expect((await manage(server, 'DELETE', id, token)).status).toBe(204);
    expect((await manage(server, 'GET', id, token)).status).toBe(401);
    expect((await shell('clients')).message).not.toContain(String(id));
  });

  it('may say that its ID tokens are to have only what was asked for in them, and take it back', async () => {
    const { status, body: first } = await register(server, { ...DECENT, id_token_claims: 'requested' });
    const id = first['client_id'];
    expect([status, first['id_token_claims']]).toEqual([201, 'requested']);
    expect((await server.app.get(Clients).metadata(String(id)))!['id_token_claims']).toBe('requested');
    const read = await manage(server, 'GET', id, first['registration_access_token']);
    expect(read.body['id_token_claims']).toBe('requested');
    const wishes = { ...DECENT, client_id: id };
    const changed = await manage(server, 'PUT', id, first['registration_access_token'], wishes);
    expect(changed.status).toBe(200);
    expect(changed.body).not.toHaveProperty('id_token_claims');
    expect((await server.app.get(Clients).metadata(String(id)))!['id_token_claims']).toBeUndefined();
  });

  it.each([['none'], [''], [true], [null], [['requested']], [{ requested: true }]])(
    'that asks for ID tokens with %j is told what it may ask for',
    async (value) => {
      const { status, body } = await register(server, { ...DECENT, id_token_claims: value });
      expect([status, body['error']]).toEqual([400, 'invalid_client_metadata']);
      expect(body['error_description']).toBe('id_token_claims: write one of: all, requested');
    },
  );

  it('keeps no secret in the clear', async () => {
    const { body } = await register(server);
    const rows = JSON.stringify(await server.app.get(Sql).rows<object>('SELECT * FROM client'));
    expect(rows).toContain('decent.example');
    expect(rows).not.toContain(String(body['client_secret']));
    const records = JSON.stringify(await server.app.get(Sql).rows<object>('SELECT * FROM oidc_record'));
    expect(records).not.toContain(String(body['registration_access_token']));
  });

  it('is listed for the operator, who can take it away', async () => {
    const { body } = await register(server, { ...DECENT, client_name: 'Listed' });
    const id = String(body['client_id']);
    const { message } = await shell('clients');
    expect(message).toMatch(new RegExp(`^${id} {2}"Listed" {2}registered .*, never used$`, 'm'));
    expect(message).toContain('"notes"  "Notes"  clients file');
    expect(await shell('clients remove', id)).toMatchObject({ done: true });
    expect((await manage(server, 'GET', id, body['registration_access_token'])).status).toBe(401);
    expect(await shell('clients remove', id)).toMatchObject({ done: false });
    expect(await shell('clients remove', 'notes')).toMatchObject({ done: false });
    expect((await shell('clients')).message).toContain('"notes"');
  });

  it('that nobody used is gone after a week, with its token; the declared ones stay', async () => {
    const { body } = await register(server);
    const id = String(body['client_id']);
    server.clock.advance(6 * DAY);
    await server.app.get(CleanUp).run();
    expect((await shell('clients')).message).toContain(id);
    server.clock.advance(DAY + 1000);
    const records = () =>
      server.app.get(Sql).rows(`SELECT 1 AS one FROM oidc_record WHERE kind = 'RegistrationAccessToken'`);
    expect((await records()).length).toBeGreaterThan(0);
    await server.app.get(CleanUp).run();
    expect((await shell('clients')).message).not.toContain('app-');
    expect((await shell('clients')).message).toContain('"notes"');
    expect(await records()).toEqual([]);
  });
});

describe('registration', () => {
  it('is not there unless the operator switches it on', async () => {
    const server = await TestServer.start();
    try {
      // Not even a cross-site POST of a page is answered there.
      expect((await register(server)).status).toBe(403);
      expect((await manage(server, 'GET', 'notes', 'x')).status).toBe(404);
      const discovery = await fetch(`${server.url}/.well-known/openid-configuration`);
      expect(await discovery.json()).not.toHaveProperty('registration_endpoint');
    } finally {
      await server.stop();
    }
  });
});

describe('registration with a token', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_CLIENT_REGISTRATION: 'token' } });
  });
  afterAll(() => server.stop());
  const token = async (...args: string[]) =>
    (await server.app.get(RegistrationCommands).run('registration-token', args)).message;
  const registerWith = (bearer: string, metadata: object = DECENT) =>
    register(server, metadata, { Authorization: `Bearer ${bearer}` });

  it('is refused without one, and with one that is made up', async () => {
    expect((await register(server)).status).toBe(401);
    expect((await registerWith('once-made-up')).status).toBe(401);
  });

  it('works once with one for once, also for two at the same moment; a mistake does not spend it', async () => {
    const once = await token('once', '1h');
    expect((await registerWith(once, { redirect_uris: ['http://plain.example/'] })).status).toBe(400);
    const answers = await Promise.all(Array.from({ length: 8 }, () => registerWith(once)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(401)]);
    expect((await registerWith(once)).status).toBe(401);
  });

  it('works many times with one for many, and not after its time', async () => {
    const many = await token('many', '1h');
    expect((await registerWith(many)).status).toBe(201);
    expect((await registerWith(many)).status).toBe(201);
    server.clock.advance(60 * 60_000 + 10_000);
    expect((await registerWith(many)).status).toBe(401);
  });

  it('says how to ask for a token', async () => {
    expect(await token('twice', '1h')).toContain('once');
    expect(await token('once', 'soon')).toContain('for example 10m');
  });
});

describe('an application that registered itself and knows no PKCE', () => {
  const without = async (env: Record<string, string>, work: (server: TestServer) => Promise<void>) => {
    const server = await TestServer.start({ env: { GATEHOUSE_CLIENT_REGISTRATION: 'open', ...env } });
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  };
  const query = (id: unknown) =>
    new URLSearchParams({
      client_id: String(id),
      response_type: 'code',
      redirect_uri: DECENT.redirect_uris[0]!,
      scope: 'openid',
      nonce: 'n',
    }).toString();
  const answerTo = async (server: TestServer, metadata: object) => {
    const { body } = await register(server, { ...DECENT, ...metadata });
    const url = `${server.url}/oidc/auth?${query(body['client_id'])}`;
    return (await fetch(url, { redirect: 'manual' })).headers.get('location');
  };
  const REFUSED = /error=invalid_request&error_description=.*PKCE/;

  it.each(['off', 'on'])('is refused, whatever legacy flows are allowed (%s)', (legacy) =>
    without({ GATEHOUSE_LEGACY_FLOWS: legacy }, async (server) => {
      expect(await answerTo(server, {})).toMatch(REFUSED);
      expect(await answerTo(server, { require_pkce: false })).toMatch(REFUSED);
    }),
  );

  it('signs people in where the operator says so and it is confidential', () =>
    without({ GATEHOUSE_CLIENT_REGISTRATION_ALLOWS: 'no-pkce' }, async (server) => {
      expect(await answerTo(server, { token_endpoint_auth_method: 'none' })).toMatch(REFUSED);
      const person = bea();
      await server.addPerson(person);
      const { body } = await register(server);
      const [id, secret] = [String(body['client_id']), String(body['client_secret'])];
      const codeFrom = async () => {
        const browser = new Browser(server);
        await browser.open(`/oidc/auth?${query(id)}`);
        await browser.enterPassword(person);
        if (!browser.sentTo) await browser.press('submit');
        return browser.sentTo!.searchParams.get('code')!;
      };
      const redeem = async (code: string, more: Record<string, string> = {}) =>
        (
          await fetch(`${server.url}/oidc/token`, {
            method: 'POST',
            headers: { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
            body: new URLSearchParams({
              grant_type: 'authorization_code',
              code,
              redirect_uri: DECENT.redirect_uris[0]!,
              ...more,
            }),
          })
        ).status;
      expect(await redeem(await codeFrom())).toBe(200);
      // Who took the challenge out of a request (RFC 9700, section 4.8.2) gets nothing for it.
      expect(await redeem(await codeFrom(), { code_verifier: 'v'.repeat(43) })).toBe(400);
    }));
});

describe('implicit and hybrid flows of an application that registered itself', () => {
  const LEGACY = ['id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'];
  const NOT_ALLOWED = 'requested+response_type+is+not+allowed+for+this+client';
  const start = (allows: string) =>
    TestServer.start({
      env: {
        GATEHOUSE_CLIENT_REGISTRATION: 'open',
        GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '1000',
        GATEHOUSE_LEGACY_FLOWS: 'on',
        GATEHOUSE_CLIENT_REGISTRATION_ALLOWS: allows,
      },
    });
  const ask = async (server: TestServer, id: unknown, response_type: string) => {
    const browser = new Browser(server);
    const query = { client_id: String(id), response_type, redirect_uri: DECENT.redirect_uris[0]! };
    const more = { scope: 'openid', nonce: 'n', state: 's' };
    await browser.open(`/oidc/auth?${new URLSearchParams({ ...query, ...more }).toString()}`);
    return browser;
  };

  describe('where the operator allows them', () => {
    let server: TestServer;
    const person = bea();
    beforeAll(async () => {
      server = await start('no-pkce legacy-flows');
      await server.addPerson(person);
    });
    afterAll(() => server.stop());

    it.each(LEGACY)('%s is registered with the grants that go with it; consent is asked', async (type) => {
      const { status, body } = await register(server, { ...DECENT, response_types: [type] });
      expect(status).toBe(201);
      const grants = ['implicit', ...(type.includes('code') ? ['authorization_code', 'refresh_token'] : [])];
      expect(body).toMatchObject({ response_types: [type], grant_types: expect.arrayContaining(grants) });
      const browser = await ask(server, body['client_id'], type);
      await browser.enterPassword(person);
      expect(browser.page.path).toMatch(/\/consent$/);
      expect(browser.page.html.getElementById('unvouched')).not.toBeNull();
      await browser.press('submit');
      const answer = new URLSearchParams(browser.sentTo!.hash.slice(1));
      expect(answer.get('state')).toBe('s');
      expect(answer.has('id_token')).toBe(type.includes('id_token'));
      expect(answer.has('code')).toBe(type.includes('code'));
      // It registered for this and nothing else.
      const other = await ask(server, body['client_id'], 'code');
      expect(other.sentTo!.search).toContain(NOT_ALLOWED);
    });

    it('a type in another order is the same, all of them can be had, and the rules for others stay', async () => {
      const grant_types = ['authorization_code', 'implicit', 'client_credentials'];
      const types = ['code', 'token id_token', ...LEGACY];
      const { status, body } = await register(server, { ...DECENT, response_types: types, grant_types });
      expect(status).toBe(201);
      expect(body['grant_types']).toEqual(['authorization_code', 'implicit']);
      expect(new Set(body['response_types'] as string[])).toEqual(new Set(['code', ...LEGACY]));
      for (const wrong of [
        { response_types: ['none'] },
        { response_types: ['id_token', 'everything'] },
        { response_types: ['token'] },
        { response_types: ['id_token'], grant_types: ['client_credentials'] },
        { response_types: ['code', 'id_token'], grant_types: ['implicit'] },
        { response_types: ['id_token'], redirect_uris: ['http://plain.example/'] },
      ]) {
        const answer = await register(server, { ...DECENT, ...wrong });
        expect([wrong, answer.status]).toEqual([wrong, 400]);
      }
    });
  });

  it('are only for declared ones where the operator does not; what came while they were allowed has lost them', async () => {
    const server = await start('no-pkce');
    try {
      const wishes = { ...DECENT, response_types: ['code', 'id_token'] };
      const { status, body } = await register(server, wishes);
      expect([status, body['error'], body['error_description']]).toEqual([
        400,
        'invalid_client_metadata',
        'response_types can only contain "code": implicit and hybrid flows are only for applications that the operator has declared',
      ]);
      const { body: accepted } = await register(server);
      const id = accepted['client_id'];
      const sql = server.app.get(Sql);
      const stored = async (more: object) => {
        const metadata = { ...accepted, client_secret: undefined, ...more };
        await sql.run('UPDATE client SET metadata = ? WHERE id = ?', JSON.stringify(metadata), id);
      };
      await stored({ ...wishes, grant_types: ['authorization_code', 'implicit'] });
      expect((await ask(server, id, 'id_token')).sentTo!.hash).toContain(NOT_ALLOWED);
      expect((await ask(server, id, 'code')).page.path).toMatch(/\/interaction\//);
      const token = accepted['registration_access_token'];
      expect((await manage(server, 'GET', id, token)).body).toMatchObject({ response_types: ['code'] });
      // One that was for nothing else can still be looked after.
      await stored({ response_types: ['id_token'], grant_types: ['implicit'] });
      expect((await ask(server, id, 'id_token')).sentTo!.hash).toContain(NOT_ALLOWED);
      expect((await manage(server, 'GET', id, token)).body).toMatchObject({ response_types: [] });
      expect((await manage(server, 'PUT', id, token, { ...DECENT, client_id: id })).status).toBe(200);
    } finally {
      await server.stop();
    }
  });
});
