import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from '../support/browser.js';
import { pemOf } from '../support/certificates.js';
import type { ClientKey } from '../support/client-key.js';
import {
  ALGORITHMS,
  assertedBy,
  CERTIFICATE,
  EVERY_CLIENT,
  keys,
  OLD,
  SECRET,
  ways,
} from '../support/every-client.js';
import { GuardedApplication, type Answer } from '../support/guarded-application.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

/** Each member of the discovery document says what the server does, and what it does not say the server does not do. */
describe('what the discovery document says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ca-'));
  let server: TestServer;
  let said: Record<string, unknown>;
  const person = bea();
  beforeAll(async () => {
    const authority = join(folder, 'ca.pem');
    writeFileSync(authority, pemOf('ca'));
    server = await TestServer.start({
      clients: EVERY_CLIENT,
      env: {
        GATEHOUSE_CLIENT_CERTIFICATE_HEADER: CERTIFICATE,
        GATEHOUSE_CLIENT_CERTIFICATE_FROM: '127.0.0.0/8 ::1',
        GATEHOUSE_CLIENT_CERTIFICATE_CA: authority,
        GATEHOUSE_LEGACY_FLOWS: 'on',
        GATEHOUSE_WEB_MESSAGE: 'on',
      },
    });
    await server.addPerson(person);
    said = (await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()) as typeof said;
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const list = (name: string) => said[name] as string[];
  const pathOf = (name: string) => new URL(said[name] as string).pathname;

  it.each([
    ['token', 'pushed_authorization_request_endpoint'],
    ['token', 'device_authorization_endpoint'],
    ['introspection', 'introspection_endpoint'],
    ['revocation', 'revocation_endpoint'],
  ])('of authentication at the %s endpoint holds at the %s', async (prefix, endpoint) => {
    const all = await ways(server.url);
    expect(list(`${prefix}_endpoint_auth_methods_supported`)?.toSorted()).toEqual(
      [...new Set(all.map(([method]) => method))].toSorted(),
    );
    expect(list(`${prefix}_endpoint_auth_signing_alg_values_supported`)?.toSorted()).toEqual(
      [...ALGORITHMS, 'HS256'].toSorted(),
    );
    for (const [method, manners] of all) {
      const app = new GuardedApplication(server, method, manners);
      const params = endpoint.startsWith('pushed') ? app.params() : { token: 'nothing', scope: 'openid' };
      const { status, text } = await app.post(pathOf(endpoint), params);
      expect([method, status, status < 300 ? '' : text]).toEqual([
        method,
        endpoint.startsWith('pushed') ? 201 : 200,
        '',
      ]);
    }
  });

  it('of authentication is all there is', async () => {
    const fields = await assertedBy(
      server.url,
      'client_secret_jwt',
      'HS512',
      Buffer.from(SECRET.padEnd(64, 'x')),
    );
    const app = new GuardedApplication(server, 'client_secret_jwt', { fields });
    expect((await app.push()).body['error']).toBe('invalid_client');
  });

  it('of the ways an answer may take', async () => {
    const browser = new Browser(server);
    await browser.signIn(person);
    const app = new GuardedApplication(server, 'old', { redirectUri: OLD });
    const ask = async (params: Record<string, string | undefined>) => {
      const asking = app.params({ prompt: 'none', ...(params as Record<string, string>) });
      const answer = await browser.once('GET', app.url(asking).slice(server.url.length));
      const { location = '' } = answer.headers as Record<string, string>;
      return { location, text: location + answer.text };
    };
    for (const response_type of list('response_types_supported'))
      expect([response_type, (await ask({ response_type })).location]).toEqual([
        response_type,
        expect.stringMatching(/[?#].*(code|id_token)=/),
      ]);
    for (const response_type of ['none', 'token'])
      expect((await ask({ response_type })).text).toMatch(/unsupported_response_type|unauthorized_client/);
    for (const response_mode of list('response_modes_supported'))
      expect([response_mode, (await ask({ response_mode })).text]).toEqual([
        response_mode,
        expect.not.stringMatching(/unsupported|invalid_request|unauthorized/),
      ]);
    expect((await ask({ response_mode: 'fragment.html' })).text).toContain('unsupported_response_mode');
    for (const prompt of list('prompt_values_supported'))
      expect([prompt, (await ask({ prompt })).text]).toEqual([
        prompt,
        expect.not.stringContaining('invalid_request'),
      ]);
    expect((await ask({ prompt: 'create' })).location).toContain('invalid_request');
    expect((await ask({ code_challenge_method: 'plain' })).location).toContain('invalid_request');
    expect((await ask({ request_uri: 'https://evil.example/request' })).text).toContain(
      'request_uri_not_supported',
    );
    for (const ui_locales of list('ui_locales_supported'))
      expect((await ask({ prompt: 'login', ui_locales })).location).toMatch(/\/interaction\//);
    for (const params of [{}, { prompt: 'none', max_age: '0' }, { response_type: 'token' }])
      expect(new URLSearchParams((await ask(params)).location.split(/[?#]/)[1]).get('iss')).toBe(
        said['issuer'],
      );
  });

  it.each(['RS256', 'ES256'])('of what is signed here, %s is true of each thing', async (alg) => {
    const browser = new Browser(server);
    await browser.signIn(person);
    const app = new GuardedApplication(server, `signed-${alg}`, {
      headers: { Authorization: `Basic ${Buffer.from(`signed-${alg}:${SECRET}`).toString('base64')}` },
    });
    await browser.open(app.url(app.params({ scope: 'openid', response_mode: 'jwt' })));
    const response = browser.sentTo!.searchParams.get('response')!;
    const code = (
      JSON.parse(Buffer.from(response.split('.')[1]!, 'base64url').toString()) as { code: string }
    ).code;
    const { body } = await app.redeem(code);
    const token = body['access_token'] as string;
    const introspection = await app.post(
      pathOf('introspection_endpoint'),
      { token },
      { Accept: 'application/token-introspection+jwt' },
    );
    const userinfo = await app.userinfo(`Bearer ${token}`);
    const jwts = {
      id_token: body['id_token'] as string,
      userinfo: userinfo.text,
      authorization: response,
      introspection: introspection.text,
    };
    for (const [what, jwt] of Object.entries(jwts)) {
      const header = JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()) as { alg: string };
      expect([what, header.alg]).toEqual([what, alg]);
      expect(list(`${what}_signing_alg_values_supported`)).toEqual(['RS256', 'ES256']);
    }
  });

  it('of what applications sign', async () => {
    const pushed = async (key: ClientKey, header = {}): Promise<Answer> => {
      const manners = { fields: await assertedBy(server.url, 'private_key_jwt', 'ES256', keys['ES256']!) };
      const app = new GuardedApplication(server, 'private_key_jwt', manners);
      const request = await key.request('private_key_jwt', server.url, app.params(), {}, header);
      return app.push({ request });
    };
    const asked = async (key: ClientKey): Promise<Answer> => {
      const manners = { fields: await assertedBy(server.url, 'private_key_jwt', 'ES256', keys['ES256']!) };
      const app = new GuardedApplication(server, 'private_key_jwt', manners);
      const params = { scope: 'openid', login_hint: person.username };
      const request = await key.request('private_key_jwt', server.url, params);
      return app.post(pathOf('backchannel_authentication_endpoint'), { request });
    };
    for (const alg of list('request_object_signing_alg_values_supported'))
      expect([alg, (await pushed(keys[alg]!)).status]).toEqual([alg, 201]);
    for (const alg of list('backchannel_authentication_request_signing_alg_values_supported'))
      expect([alg, (await asked(keys[alg]!)).status]).toEqual([alg, 200]);
    for (const alg of list('dpop_signing_alg_values_supported')) {
      const app = new GuardedApplication(server, 'client_secret_post', { fields: { client_secret: SECRET } });
      const DPoP = await keys[alg]!.proof(
        'POST',
        `${server.url}${pathOf('pushed_authorization_request_endpoint')}`,
      );
      expect([alg, (await app.push(undefined, { DPoP })).status]).toEqual([alg, 201]);
    }
    const app = new GuardedApplication(server, 'client_secret_post', { fields: { client_secret: SECRET } });
    const DPoP = await keys['RS256']!.proof('POST', `${server.url}/oidc/par`);
    expect((await app.push(undefined, { DPoP })).body['error']).toBe('invalid_dpop_proof');
  });

  it('of grants', async () => {
    const app = new GuardedApplication(server, 'none');
    const error = async (grant_type: string) =>
      (await app.post(pathOf('token_endpoint'), { grant_type })).body['error'];
    for (const grant of list('grant_types_supported').filter((each) => each !== 'implicit'))
      expect([grant, await error(grant)]).not.toEqual([grant, 'unsupported_grant_type']);
    for (const grant of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer'])
      expect([grant, await error(grant)]).toEqual([grant, 'unsupported_grant_type']);
  });

  it('of addresses leads somewhere, and no other is hidden', async () => {
    const addresses = Object.keys(said).filter((name) => /_endpoint$|^jwks_uri$/.test(name));
    expect(addresses.toSorted()).toMatchInlineSnapshot(`
     [
       "authorization_endpoint",
       "backchannel_authentication_endpoint",
       "device_authorization_endpoint",
       "end_session_endpoint",
       "introspection_endpoint",
       "jwks_uri",
       "pushed_authorization_request_endpoint",
       "revocation_endpoint",
       "token_endpoint",
       "userinfo_endpoint",
     ]
    `);
    for (const name of addresses) {
      const method = /^(jwks|authorization|end_session|userinfo)_/.test(name) ? 'GET' : 'POST';
      const { status } = await fetch(said[name] as string, { method, redirect: 'manual' });
      expect([name, status]).not.toEqual([name, 404]);
    }
  });
});
