import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientsFile } from '../../src/admin/clients-file.service.js';
import { API_CONTROLLERS } from '../../src/admin/api/controllers.js';
import { routesOf } from '../../src/admin/api/openapi.js';
import { ALL_SCOPES, API_CLIENTS, callApi, Program, tokenFor, type Called } from '../support/api.js';
import { ask } from '../support/apis.js';
import { Browser } from '../support/browser.js';
import { certificateOf, escapedPemOf } from '../support/certificates.js';
import { shell } from '../support/claims.js';
import { ClientKey, seconds } from '../support/client-key.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { send } from '../support/raw.js';
import { TestServer } from '../support/server.js';

const HEADER = 'X-Client-Cert';
const ROUTES = routesOf(API_CONTROLLERS);
const SECRET = 'bound-secret-of-thirty-two-characters';

const CLIENTS = `
apis:
  - identifier: https://orders.example.org/
    access_token_format: opaque
    scopes: [gatehouse:users.read]
  - identifier: https://stock.example.org/
    scopes: [gatehouse:users.read]
${API_CLIENTS}
  - client_id: trader
    client_secret: trader-secret-of-thirty-two-characters
    grant_types: [client_credentials]
    apis: [https://orders.example.org/, https://stock.example.org/]
    gatehouse_api: [gatehouse:users.read]
  - client_id: bound
    client_secret: ${SECRET}
    grant_types: [client_credentials]
    gatehouse_api: [gatehouse:server.read]
  - client_id: carded
    token_endpoint_auth_method: self_signed_tls_client_auth
    jwks: ${JSON.stringify({
      keys: [
        {
          ...certificateOf('self').publicKey.export({ format: 'jwk' }),
          x5c: [certificateOf('self').raw.toString('base64')],
        },
      ],
    })}
    tls_client_certificate_bound_access_tokens: true
    grant_types: [client_credentials]
    gatehouse_api: [gatehouse:server.read]
  - client_id: dashboard-like
    client_secret: dashboard-like-secret-of-thirty-two-characters
    redirect_uris: [http://localhost:9/dashboard-like/callback]
    grant_types: [authorization_code, client_credentials]
    first_party: true
    gatehouse_api: [gatehouse:server.read]
`;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    clients: CLIENTS,
    env: {
      GATEHOUSE_CLIENT_CERTIFICATE_HEADER: HEADER,
      GATEHOUSE_CLIENT_CERTIFICATE_FROM: '127.0.0.0/8 ::1',
    },
  });
});
afterAll(() => server.stop());

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const typeOf = ({ body }: Called) => String(body['type']).replace('urn:gatehouse:problem:', '');
const filled = (path: string) => path.replace(/\{\w+\}/g, 'AAAAAAAAAAAAAAAAAAAAAA');

describe('every route of the API', () => {
  it('has a scope of its own word', () => {
    expect(ROUTES.length).toBeGreaterThan(1);
    expect(ROUTES.filter(({ scope }) => scope === undefined)).toEqual([]);
    for (const { scope, method } of ROUTES)
      expect([method, scope]).toEqual([
        method,
        expect.stringMatching(method === 'get' ? /\.read$/ : /\.write$/) as unknown,
      ]);
  });

  it('is closed to who shows nothing, to every other scope, and open to its own', async () => {
    const tokens = new Map<string, { only: string; others: string }>();
    for (const scope of new Set(ROUTES.map((route) => route.scope!))) {
      const others = ALL_SCOPES.filter((each) => each !== scope);
      tokens.set(scope, {
        only: await tokenFor(server, 'automation', [scope]),
        others: await tokenFor(server, 'automation', others),
      });
    }
    const none = await tokenFor(server, 'automation', []);
    for (const { method, path, scope } of ROUTES) {
      const { only, others } = tokens.get(scope!)!;
      const call = (headers: object) => callApi(server, method.toUpperCase(), filled(path), headers);
      const outcome = async (headers: object) => {
        const called = await call(headers);
        return [
          called.status,
          called.headers.get('www-authenticate')?.includes('Bearer') ?? false,
          typeOf(called),
        ];
      };
      expect([path, await outcome({})]).toEqual([path, [401, true, 'unauthorized']]);
      for (const token of [others, none])
        expect([path, await outcome(bearer(token))]).toEqual([path, [403, true, 'insufficient-scope']]);
      const own = await call(bearer(only));
      expect([path, [401, 403].includes(own.status)]).toEqual([path, false]);
    }
  });

  it('is closed to an operator’s session, from here or from another site', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    await shell(server, 'operator-add', person.username);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/profile');
    const cookies = Object.entries(browser.cookies('/'))
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const form = `_csrf=${browser.formToken}`;
    for (const { method, path } of ROUTES) {
      for (const origin of [undefined, server.url, 'https://evil.example']) {
        const answer = await send(server, `/api/v1${filled(path)}`, {
          method: method.toUpperCase(),
          headers: {
            Cookie: cookies,
            'Content-Type': 'application/x-www-form-urlencoded',
            ...(method === 'get' ? {} : { 'Content-Length': String(form.length) }),
            ...(origin && { Origin: origin }),
          },
          body: method === 'get' ? '' : form,
        });
        expect([path, [401, 403].includes(answer.status)]).toEqual([path, true]);
        expect(answer.headers['content-type']).toMatch('application/problem+json');
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
        expect(answer.cookies).toEqual([]);
      }
    }
  });
});

describe('a token that does not count', () => {
  const use = async (token: string) => typeOf(await callApi(server, 'GET', '/server', bearer(token)));

  it.each([
    ['made up', 'A'.repeat(43)],
    ['a JWT', 'eyJhbGciOiJub25lIn0.e30.'],
    ['endless', 'A'.repeat(5000)],
    ['no text for a header', 'ü'],
  ])('is %s', async (_what, token) => {
    const answer = await send(server, '/api/v1/server', {
      headers: { Authorization: `Bearer ${Buffer.from(token).toString('latin1')}` },
    });
    expect([answer.status, answer.text.includes('urn:gatehouse:problem:invalid-token')]).toEqual([401, true]);
  });

  it('was revoked: it is refused at once', async () => {
    const token = await tokenFor(server, 'automation', ['gatehouse:server.read']);
    expect(await use(token)).toBe('undefined');
    await ask(server, 'automation', '/oidc/revocation', { token });
    expect(await use(token)).toBe('invalid-token');
  });

  it('is too old', async () => {
    const token = await tokenFor(server, 'automation', ['gatehouse:server.read']);
    server.clock.advance(16 * 60_000);
    expect(await use(token)).toBe('invalid-token');
    server.clock.advance(-16 * 60_000);
  });

  it('is for another API, whatever its scopes are called', async () => {
    for (const resource of ['https://orders.example.org/', 'https://stock.example.org/']) {
      const { body } = await ask(server, 'trader', '/oidc/token', {
        grant_type: 'client_credentials',
        resource,
        scope: 'gatehouse:users.read',
      });
      expect(body['scope']).toBe('gatehouse:users.read');
      expect(await use(body['access_token'] as string)).toBe('invalid-token');
    }
  });

  it('is a person’s, however it was asked for', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    const url = (extra: Record<string, string>) =>
      `/oidc/auth?${new URLSearchParams({
        client_id: 'dashboard-like',
        redirect_uri: 'http://localhost:9/dashboard-like/callback',
        response_type: 'code',
        scope: 'openid',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        ...extra,
      }).toString()}`;
    await browser.open(url({ resource: `${server.url}/api/v1`, scope: 'openid gatehouse:server.read' }));
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_target');
    await browser.open(url({}));
    await browser.enterPassword(person);
    const redeem = (extra: Record<string, string>) =>
      ask(server, 'dashboard-like', '/oidc/token', {
        grant_type: 'authorization_code',
        code: browser.sentTo!.searchParams.get('code')!,
        redirect_uri: 'http://localhost:9/dashboard-like/callback',
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
        ...extra,
      });
    expect((await redeem({ resource: `${server.url}/api/v1` })).body).toMatchObject({
      error: 'invalid_target',
    });
    await browser.open(url({}));
    const { body } = await redeem({});
    expect(body['access_token']).toBeDefined();
    expect(await use(body['access_token'] as string)).toBe('invalid-token');
  });

  it('is not given to who was not let in, nor for more than was granted', async () => {
    const token = (client: string, scope: string) =>
      ask(server, client, '/oidc/token', {
        grant_type: 'client_credentials',
        resource: `${server.url}/api/v1`,
        scope,
      });
    expect((await token('stranger', 'gatehouse:users.read')).body).toMatchObject({ error: 'invalid_target' });
    expect((await token('reader', 'gatehouse:users.write')).body).toMatchObject({ error: 'invalid_scope' });
    expect((await token('reader', 'openid')).body).toMatchObject({ error: 'invalid_scope' });
    // Who may do something by it and has no other API need not name it.
    const { body } = await ask(server, 'reader', '/oidc/token', {
      grant_type: 'client_credentials',
      scope: 'gatehouse:users.read',
    });
    expect(body).toMatchObject({ scope: 'gatehouse:users.read', token_type: 'Bearer' });
  });

  it('was given for what the clients file grants no longer', async () => {
    const program = new Program(server, 'reader', ['gatehouse:users.read']);
    expect((await program.get('/users/AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404);
    const file = join(server.dataDir, 'clients.yaml');
    const change = async (text: string) => {
      writeFileSync(file, text);
      await server.app.get(ClientsFile).apply('shell');
    };
    await change(
      CLIENTS.replace(
        'gatehouse_api: [gatehouse:users.read]\n\n',
        'gatehouse_api: [gatehouse:server.read]\n\n',
      ),
    );
    expect(typeOf(await program.get('/users/AAAAAAAAAAAAAAAAAAAAAA'))).toBe('insufficient-scope');
    await change(CLIENTS.replace('    gatehouse_api: [gatehouse:users.read]\n\n', '\n'));
    expect(typeOf(await program.get('/users/AAAAAAAAAAAAAAAAAAAAAA'))).toBe('invalid-token');
    await change(CLIENTS.replace(/\n {2}- client_id: reader[^]*?\n {2}- /, '\n  - '));
    expect(typeOf(await program.get('/users/AAAAAAAAAAAAAAAAAAAAAA'))).toBe('invalid-token');
    await change(CLIENTS);
  });
});

describe('a token that is bound to a key', () => {
  const tokenUrl = () => `${server.url}/oidc/token`;
  const url = () => `${server.url}/api/v1/server`;
  const form = (more: object = {}) => ({
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: `Basic ${Buffer.from(`bound:${SECRET}`).toString('base64')}`,
      ...more,
    },
    body: 'grant_type=client_credentials&scope=gatehouse:server.read',
  });

  it.each(['ES256', 'PS256', 'EdDSA'] as const)('is of use with it alone (%s)', async (alg) => {
    const key = new ClientKey(alg);
    const thief = new ClientKey(alg);
    const given = (await (
      await fetch(tokenUrl(), form({ DPoP: await key.proof('POST', tokenUrl()) }))
    ).json()) as { access_token: string; token_type: string };
    expect(given.token_type).toBe('DPoP');
    const token = given.access_token;
    const use = async (proof: string | undefined, scheme = 'DPoP') => {
      const called = await callApi(server, 'GET', '/server', {
        headers: { Authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { DPoP: proof }) },
      });
      return called.status === 200 ? 'in' : typeOf(called);
    };
    const good = await key.proof('GET', url(), { token });
    expect(await use(good)).toBe('in');
    expect(await use(good)).toBe('invalid-dpop-proof');
    const parallel = await key.proof('GET', url(), { token });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => use(parallel)));
    expect(outcomes.filter((each) => each === 'in')).toHaveLength(1);

    expect(await use(undefined, 'Bearer')).toBe('invalid-token');
    expect(await use(await key.proof('GET', url(), { token }), 'Bearer')).toBe('invalid-token');
    for (const [what, proof] of [
      ['none', undefined],
      ['nonsense', 'a.b.c'],
      ['endless', 'a'.repeat(5000)],
      ['another key', await thief.proof('GET', url(), { token })],
      [
        'another key under this one’s name',
        await thief.proof('GET', url(), { token }, { jwk: key.publicJwk }),
      ],
      ['another token', await key.proof('GET', url(), { token: 'another' })],
      ['no token', await key.proof('GET', url())],
      ['another method', await key.proof('POST', url(), { token })],
      ['another address', await key.proof('GET', `${url()}s`, { token })],
      ['another server', await key.proof('GET', 'https://evil.example/api/v1/server', { token })],
      ['an old one', await key.proof('GET', url(), { token, iat: seconds() - 400 })],
      ['one of the future', await key.proof('GET', url(), { token, iat: seconds() + 400 })],
      ['one without a name', await key.proof('GET', url(), { token, jti: undefined })],
      ['another type', await key.proof('GET', url(), { token }, { typ: 'jwt' })],
      [
        'one with a private key in it',
        await key.proof('GET', url(), { token }, { jwk: key.privateKey.export({ format: 'jwk' }) }),
      ],
      ['one without a key', await key.proof('GET', url(), { token }, { jwk: undefined })],
    ] as const)
      expect([what, await use(proof)]).toEqual([what, 'invalid-dpop-proof']);
  });

  it('does not become bound afterwards', async () => {
    const { access_token: token } = (await (await fetch(tokenUrl(), form())).json()) as {
      access_token: string;
    };
    const key = new ClientKey();
    const called = await callApi(server, 'GET', '/server', {
      headers: { Authorization: `DPoP ${token}`, DPoP: await key.proof('GET', url(), { token }) },
    });
    expect(typeOf(called)).toBe('invalid-token');
  });

  it('is of use with its certificate alone', async () => {
    const by = (holder: 'self' | 'self2' | 'shop') => ({ [HEADER]: escapedPemOf(holder) });
    const response = await fetch(tokenUrl(), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...by('self') },
      body: 'grant_type=client_credentials&client_id=carded&scope=gatehouse:server.read',
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    const use = async (headers: Record<string, string>) =>
      (await callApi(server, 'GET', '/server', { headers: { Authorization: `Bearer ${token}`, ...headers } }))
        .status;
    expect(await use(by('self'))).toBe(200);
    for (const headers of [{}, by('self2'), by('shop')]) expect(await use(headers)).toBe(401);
  });
});
