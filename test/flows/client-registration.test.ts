import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistrationCommands } from '../../src/admin/registration-commands.js';
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
