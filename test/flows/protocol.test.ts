import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose';
import { randomUUID } from 'node:crypto';
import { Browser } from '../support/browser.js';
import { claimsOf, seconds } from '../support/client-key.js';
import { GuardedApplication } from '../support/guarded-application.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const SECRET = 'ledger-secret-of-thirty-two-chars';
const CLIENTS = `clients:
  - client_id: ledger
    client_name: Ledger
    client_secret: ${SECRET}
    token_endpoint_auth_method: client_secret_jwt
    redirect_uris: [http://localhost:9/ledger/callback]
    post_logout_redirect_uris: [http://localhost:9/ledger]
    initiate_login_uri: https://ledger.example/sign-in?from=gatehouse
    userinfo_signed_response_alg: ES256
    introspection_signed_response_alg: ES256
    first_party: true
`;

describe('an application that wants everything signed', () => {
  let server: TestServer;
  let browser: Browser;
  let ledger: GuardedApplication;

  beaSignedIn(CLIENTS, (ready) => {
    ({ server, browser } = ready);
    ledger = new GuardedApplication(server, 'ledger');
  });

  const assertion = (secret = SECRET, changed = {}, alg = 'HS256') =>
    new SignJWT({
      iss: 'ledger',
      sub: 'ledger',
      aud: server.url,
      exp: seconds() + 60,
      jti: randomUUID(),
      ...changed,
    })
      .setProtectedHeader({ alg })
      .sign(Buffer.from(secret));
  const asserted = async (jwt?: string) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwt ?? (await assertion()),
  });
  const verified = async (jwt: string) => {
    const jwks = (await (await fetch(`${server.url}/oidc/jwks`)).json()) as JSONWebKeySet;
    return jwtVerify(jwt, createLocalJWKSet(jwks), { issuer: server.url, currentDate: server.clock.now() });
  };
  const tokens = async () => {
    await browser.open(ledger.url(ledger.params()));
    const { body } = await ledger.redeem(ledger.codeFrom(browser), {}, await asserted());
    return body as { access_token: string; id_token: string };
  };

  it('proves with its secret who it is, without ever sending it (client_secret_jwt)', async () => {
    await browser.open(ledger.url(ledger.params()));
    const code = ledger.codeFrom(browser);
    for (const wrong of [
      await assertion(`${SECRET}x`),
      await assertion(SECRET, { aud: 'https://other.example' }),
      await assertion(SECRET, { iss: 'other' }),
      await assertion(SECRET, { exp: seconds() - 11 }),
      await assertion(SECRET, { exp: undefined }),
      await assertion(SECRET, { jti: undefined }),
      await assertion(SECRET.repeat(2), {}, 'HS512'),
    ]) {
      const { status, body } = await ledger.redeem(code, {}, await asserted(wrong));
      expect([status, body['error'], claimsOf(wrong)]).toEqual([401, 'invalid_client', claimsOf(wrong)]);
    }
    expect((await ledger.redeem(code, {}, { client_secret: SECRET })).status).toBe(401);

    const once = await asserted();
    expect((await ledger.redeem(code, {}, once)).status).toBe(200);
    expect((await ledger.redeem(code, {}, once)).body['error']).toBe('invalid_client');
  });

  it('gets userinfo as a JWT for itself', async () => {
    const { access_token: token, id_token: idToken } = await tokens();
    const answer = await ledger.userinfo(`Bearer ${token}`);
    expect(answer.headers.get('content-type')).toMatch(/^application\/jwt/);
    const { payload, protectedHeader } = await verified(answer.text);
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      aud: 'ledger',
      sub: claimsOf(idToken)['sub'],
      preferred_username: 'bea',
    });
  });

  it('gets an introspection signed if it asks for that (RFC 9701)', async () => {
    const { access_token: token } = await tokens();
    const ask = async (Accept: string) =>
      ledger.post('/oidc/introspection', { token, ...(await asserted()) }, { Accept });
    const signed = await ask('application/token-introspection+jwt');
    expect(signed.headers.get('content-type')).toMatch(/^application\/token-introspection\+jwt/);
    const { payload, protectedHeader } = await verified(signed.text);
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'token-introspection+jwt' });
    expect(payload['token_introspection']).toMatchObject({ active: true, client_id: 'ledger' });
    expect((await ask('application/json')).body).toMatchObject({ active: true });
  });

  it('can be opened from the account pages, and learns whom to ask (third-party initiated login)', async () => {
    await tokens();
    await browser.open('/dashboard/applications');
    const link = new URL(
      browser.page.html.getElementById('open-0')!.getAttribute('href')!.replaceAll('&amp;', '&'),
    );
    expect(link.origin + link.pathname).toBe('https://ledger.example/sign-in');
    expect(Object.fromEntries(link.searchParams)).toEqual({ from: 'gatehouse', iss: server.url });
  });

  it('gets people back that sign out, even where nobody is signed in any more', async () => {
    const { id_token: hint } = await tokens();
    const back = 'http://localhost:9/ledger';
    const address = (params: Record<string, string>) =>
      `${server.url}/oidc/session/end?${new URLSearchParams(params).toString()}`;
    for (const params of [
      { id_token_hint: hint, post_logout_redirect_uri: back, state: 'bye' },
      { client_id: 'ledger', post_logout_redirect_uri: back, state: 'bye' },
    ] as Record<string, string>[]) {
      const elsewhere = new Browser(server);
      await elsewhere.open(address(params));
      expect(elsewhere.sentTo?.href).toBe(`${back}?state=bye`);
    }
    // The ID token of a session that ended long ago still names the application.
    server.clock.advance(48 * 3_600_000);
    const later = new Browser(server);
    await later.open(address({ id_token_hint: hint, post_logout_redirect_uri: back }));
    expect(later.sentTo?.href).toBe(back);

    await later.open(address({}));
    expect([later.sentTo, later.page.status]).toEqual([undefined, 200]);
    await later.open(address({ client_id: 'ledger', post_logout_redirect_uri: 'https://evil.example/' }));
    expect([later.sentTo, later.page.status]).toEqual([undefined, 400]);
  });

  it('finds in the discovery document what works here, and nothing else', async () => {
    const discovery = (await (
      await fetch(`${server.url}/.well-known/openid-configuration`)
    ).json()) as Record<string, unknown>;
    expect(discovery).toMatchObject({
      pushed_authorization_request_endpoint: `${server.url}/oidc/par`,
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      authorization_signing_alg_values_supported: ['RS256', 'ES256'],
      userinfo_signing_alg_values_supported: ['RS256', 'ES256'],
      introspection_signing_alg_values_supported: ['RS256', 'ES256'],
      dpop_signing_alg_values_supported: ['ES256', 'PS256', 'EdDSA'],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'client_secret_jwt',
        'private_key_jwt',
        'none',
      ],
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      acr_values_supported: ['urn:gatehouse:acr:1fa', 'urn:gatehouse:acr:2fa'],
    });
    expect(discovery['grant_types_supported']).not.toContain('implicit');
    expect(JSON.stringify(discovery)).not.toMatch(/"none",?"?RS|web_message|tls_client_auth/);
  });
});
