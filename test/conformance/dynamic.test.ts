import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import sharp from 'sharp';
import { KeyCommands } from '../../src/admin/commands/key-commands.js';
import { ClientKey } from '../support/client-key.js';
import { DocumentHost } from '../support/document-host.js';
import { manage, register, type RegistrationAnswer } from '../support/self-registered.js';
import { CALLBACK, Suite, type Answer, type Values } from './suite.js';

const ASSERTED = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** oidcc-dynamic-certification-test-plan (code) and oidcc-3rdparty-init-login-certification-test-plan. */
describe('the modules of the dynamic plan', () => {
  let suite: Suite;
  let host: DocumentHost;
  const key = new ClientKey();
  beforeAll(async () => {
    host = await DocumentHost.start();
    suite = await Suite.start(
      {},
      {
        // It registers its own, and needs no implicit or hybrid flow.
        clients: 'clients: []',
        env: {
          GATEHOUSE_CLIENT_REGISTRATION: 'open',
          GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '100000',
          GATEHOUSE_CLIENT_REGISTRATION_ALLOWS: 'no-pkce',
          GATEHOUSE_LEGACY_FLOWS: 'off',
          // The host of the logo stands on this machine.
          GATEHOUSE_INTERNAL_FETCH: 'on',
        },
      },
    );
  });
  afterAll(async () => {
    await suite.stop();
    host.stop();
  });
  beforeEach(() => void suite.freshBrowser());

  let count = 0;
  const registered = async (more: object = {}): Promise<RegistrationAnswer & { readonly id: string }> => {
    const answer = await register(suite.server, {
      client_name: `Suite client ${++count}`,
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: JSON.parse(key.jwks) as object,
      ...more,
    });
    return { ...answer, id: String(answer.body['client_id']) };
  };
  const refused = ({ status, body }: RegistrationAnswer) =>
    expect([status, body['error']]).toEqual([
      400,
      expect.stringMatching(/^invalid_(redirect_uri|client_metadata)$/),
    ]);

  const token = async (id: string, fields: Values, by = key, aud = suite.server.url): Promise<Answer> =>
    suite.post('/oidc/token', {
      client_id: id,
      client_assertion_type: ASSERTED,
      client_assertion: await by.assertion(id, suite.server.url, { aud }, { kid: 'key-ES256' }),
      ...fields,
    });
  const signedIn = async (id: string, extra: Values = {}, aud?: string) => {
    const answer = await suite.authorize(suite.params(id, extra));
    const fields = { grant_type: 'authorization_code', code: answer.get('code')!, redirect_uri: CALLBACK };
    const tokens = await token(id, { ...fields, ...pick(extra, 'redirect_uri') }, key, aud);
    if (tokens.status !== 200) throw new Error(tokens.text);
    return { answer, tokens: tokens.body };
  };

  it('oidcc-server', async () => {
    const { status, id } = await registered();
    expect(status).toBe(201);
    const { tokens } = await signedIn(id, { nonce: 'n' });
    expect((await suite.verified(tokens['id_token'] as string, id, 'n'))['aud']).toBe(id);
  });

  it('oidcc-idtoken-rs256', async () => {
    const { id } = await registered({ id_token_signed_response_alg: 'RS256' });
    const { tokens } = await signedIn(id);
    expect(decodeProtectedHeader(tokens['id_token'] as string).alg).toBe('RS256');
  });

  it('oidcc-scope-email, of a client that says what Core expects of its ID tokens', async () => {
    const { id } = await registered({ id_token_claims: 'requested' });
    const { tokens } = await signedIn(id, { scope: 'openid email', nonce: 'n' });
    expect(await suite.verified(tokens['id_token'] as string, id, 'n')).not.toHaveProperty('email');
    const { body } = await suite.userinfo(tokens['access_token'] as string);
    expect(body['email']).toBe(suite.person.email);
    // The suite's own does not say so, and gets a warning.
    const { id: usual } = await registered();
    const all = await signedIn(usual, { scope: 'openid email', nonce: 'n' });
    expect(await suite.verified(all.tokens['id_token'] as string, usual, 'n')).toHaveProperty('email');
  });

  it('oidcc-idtoken-unsigned', async () => {
    // Skipped by the suite, since `none` is not advertised. Who asks for it nevertheless is refused.
    refused(await registered({ id_token_signed_response_alg: 'none' }));
  });

  it('oidcc-userinfo-rs256', async () => {
    const { id } = await registered({ userinfo_signed_response_alg: 'RS256' });
    const { tokens } = await signedIn(id);
    const { status, text } = await suite.userinfo(tokens['access_token'] as string);
    expect(status).toBe(200);
    const jwks = (await (await fetch(`${suite.server.url}/oidc/jwks`)).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(text, createLocalJWKSet(jwks), {
      issuer: suite.server.url,
      audience: id,
    });
    expect([protectedHeader.alg, typeof payload.sub]).toEqual(['RS256', 'string']);
  });

  it('oidcc-ensure-redirect-uri-in-authorization-request', async () => {
    const { id } = await registered({ redirect_uris: [CALLBACK, `${CALLBACK}/2`] });
    const url = suite.url(suite.params(id, { redirect_uri: '' }));
    const module = 'oidcc-ensure-redirect-uri-in-authorization-request';
    expect(await suite.browser.go(url, suite.ways(module))).toBeUndefined();
    expect(suite.browser.seen[0]!.text).toMatch(/error: invalid_request\s+description: .*redirect_uri/);
  });

  it('oidcc-redirect-uri-query-OK', async () => {
    const redirect_uri = `${CALLBACK}?foo=bar`;
    const { id } = await registered({ redirect_uris: [redirect_uri] });
    expect((await signedIn(id, { redirect_uri })).answer.get('foo')).toBe('bar');
  });

  it.each([
    ['oidcc-redirect-uri-query-mismatch', `${CALLBACK}?foo=bar`, `${CALLBACK}?foo=baz`],
    ['oidcc-redirect-uri-query-added', CALLBACK, `${CALLBACK}?foo=bar`],
  ])('%s', async (module, known, redirect_uri) => {
    const { id } = await registered({ redirect_uris: [known] });
    const url = suite.url(suite.params(id, { redirect_uri }));
    expect(await suite.browser.go(url, suite.ways(module))).toBeUndefined();
    expect(suite.browser.seen).toHaveLength(1);
  });

  it('oidcc-redirect-uri-regfrag', async () => {
    refused(await registered({ redirect_uris: [`${CALLBACK}#foobar`] }));
  });

  it.each([
    ['oidcc-registration-policy-uri', { policy_uri: 'https://suite.example/policy' }],
    ['oidcc-registration-tos-uri', { tos_uri: 'https://suite.example/terms' }],
  ])('%s', async (module, fields: Values) => {
    const { status, id, body } = await registered(fields);
    expect([status, body]).toEqual([201, expect.objectContaining(fields)]);
    await suite.browser.go(suite.url(suite.params(id)), suite.ways(module));
    expect(suite.browser.seen).toHaveLength(1);
    const { html } = suite.browser.browser.page;
    const [[, address]] = Object.entries(fields) as [[string, string]];
    expect(html.querySelector(`a[href="${address}"]`)).not.toBeNull();
  });

  it('oidcc-registration-logo-uri', async () => {
    const module = 'oidcc-registration-logo-uri';
    const create = { width: 120, height: 120, channels: 3 as const, background: '#f7931e' };
    const picture = await sharp({ create }).png().toBuffer();
    const logo_uri = host.answer('/logo.png', (_req, res) =>
      res.writeHead(200, { 'Content-Type': 'image/png' }).end(picture),
    );
    const { status, id, body } = await registered({ logo_uri });
    expect([status, body['logo_uri']]).toEqual([201, logo_uri]);
    await suite.browser.go(suite.url(suite.params(id)), suite.ways(module));
    expect(suite.browser.seen).toHaveLength(1);
    const { html } = suite.browser.browser.page;
    const [head, data = ''] = html.querySelector('img.gate')!.getAttribute('src')!.split(',');
    expect(head).toBe('data:image/webp;base64');
    const { r, g, b } = (await sharp(Buffer.from(data, 'base64')).stats()).dominant;
    expect([r > 200, g > 100 && g < 180, b < 80]).toEqual([true, true, true]);
  });

  it('oidcc-registration-sector-bad', async () => {
    refused(
      await registered({
        subject_type: 'pairwise',
        sector_identifier_uri: 'https://suite.invalid/sector.json',
      }),
    );
  });

  it('oidcc-server-rotate-keys', async () => {
    const kids = async () =>
      ((await (await fetch(`${suite.server.url}/oidc/jwks`)).json()) as { keys: { kid: string }[] }).keys.map(
        ({ kid }) => kid,
      );
    const before = await kids();
    expect(await suite.server.app.get(KeyCommands).run('rotate-keys', [])).toMatchObject({ done: true });
    suite.server.clock.advance(11_000);
    await until(async () => (await kids()).length > before.length);
    expect(await kids()).toEqual(expect.arrayContaining(before));
  });

  it('oidcc-refresh-token', async () => {
    const more = { grant_types: ['authorization_code', 'refresh_token'] };
    const [{ id }, { id: other }] = [await registered(more), await registered(more)];
    const { tokens } = await signedIn(id, { scope: 'openid offline_access', prompt: 'consent' });
    const fields = { grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] as string };
    expect((await token(other, fields)).body['error']).toBe('invalid_grant');
    expect((await token(id, fields)).status).toBe(200);
  });

  it('oidcc-ensure-client-assertion-with-iss-aud-succeeds', async () => {
    const { id } = await registered();
    expect((await signedIn(id, {}, suite.server.url)).tokens['id_token']).toBeDefined();
    // The other modules name the token endpoint.
    expect((await signedIn(id, {}, `${suite.server.url}/oidc/token`)).tokens['id_token']).toBeDefined();
  });

  it('oidcc-3rd_party-init-login', async () => {
    const initiate_login_uri = 'https://suite.example/test/a/gatehouse/initiate_login';
    const { status, id, body } = await registered({ initiate_login_uri });
    expect([status, body['initiate_login_uri']]).toEqual([201, initiate_login_uri]);
    const read = await manage(suite.server, 'GET', id, body['registration_access_token']);
    expect(read.body).toMatchObject({ client_id: id, initiate_login_uri });
    expect(String(body['registration_client_uri'])).toMatch(new RegExp(`/oidc/registration/${id}$`));
  });

  it('oidcc-3rd_party-init-login-nohttps', async () => {
    refused(await registered({ initiate_login_uri: 'http://suite.example/initiate_login' }));
  });
});

const pick = (values: Values, name: string): Values => (values[name] ? { [name]: values[name] } : {});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds()) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error('it never was');
}
