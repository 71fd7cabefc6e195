import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { webcrypto } from 'node:crypto';
import * as oidc from 'openid-client';
import { certificateOf, escapedPemOf } from '../support/certificates.js';
import { ClientKey } from '../support/client-key.js';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { Traveller } from './traveller.js';

const key = new ClientKey();
const CALLBACK = 'https://bank.example/callback';
const self = certificateOf('self');
const certificateKeys = JSON.stringify({
  keys: [{ ...self.publicKey.export({ format: 'jwk' }), x5c: [self.raw.toString('base64')] }],
});
const client = (id: string, fields: string) => `
  - client_id: ${id}
    client_name: ${id}
    redirect_uris: [${CALLBACK}]
    first_party: true
    ${fields}`;
const CLIENTS = `clients:${[
  client(
    'secure',
    `profile: fapi2-security\n    token_endpoint_auth_method: private_key_jwt\n    jwks: ${key.jwks}`,
  ),
  client(
    'certified',
    `profile: fapi2-security\n    token_endpoint_auth_method: self_signed_tls_client_auth\n    jwks: ${certificateKeys}`,
  ),
  client(
    'signing',
    `profile: fapi2-message-signing\n    token_endpoint_auth_method: private_key_jwt\n    jwks: ${key.jwks}`,
  ),
].join('')}`;

const signingKey = () =>
  webcrypto.subtle.importKey(
    'pkcs8',
    key.privateKey.export({ format: 'der', type: 'pkcs8' }),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );

/** FAPI 2.0, as its authors' own library does it: nothing but the profile is set in the clients file. */
describe('an application of a FAPI 2.0 profile', () => {
  let server: TestServer;
  const person = ada();

  beforeAll(async () => {
    server = await TestServer.start({
      clients: CLIENTS,
      env: {
        GATEHOUSE_CLIENT_CERTIFICATE_HEADER: 'X-Client-Cert',
        GATEHOUSE_CLIENT_CERTIFICATE_FROM: '127.0.0.1 ::1',
      },
    });
    await server.addPerson(person);
    await new Traveller(server).signInAndEnrol(person);
  });
  afterAll(() => server.stop());

  async function discover(id: string, authentication: oidc.ClientAuth) {
    const configuration = await oidc.discovery(
      new URL(server.url),
      id,
      { use_mtls_endpoint_aliases: false },
      authentication,
      {
        execute: [oidc.allowInsecureRequests],
      },
    );
    if (id === 'certified')
      configuration[oidc.customFetch] = (url, { headers, ...options }) =>
        fetch(url, {
          ...options,
          headers: { ...headers, 'X-Client-Cert': escapedPemOf('self') },
        });
    return configuration;
  }

  const assertion = async () => oidc.PrivateKeyJwt({ key: await signingKey(), kid: 'key-ES256' });

  it.each([
    ['secure', 'DPoP', false],
    ['certified', 'bearer', false],
    ['signing', 'DPoP', true],
  ] as const)('signs a person in and keeps its tokens to itself (%s)', async (id, type, signs) => {
    const configuration = await discover(id, id === 'certified' ? oidc.TlsClientAuth() : await assertion());
    const DPoP =
      type === 'DPoP' ? oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair()) : undefined;
    if (signs) oidc.useJwtResponseMode(configuration);
    const codeVerifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const params = {
      redirect_uri: CALLBACK,
      scope: 'openid profile offline_access',
      prompt: 'consent',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(signs ? { response_mode: 'jwt' } : {}),
    };
    const request = signs
      ? (
          await oidc.buildAuthorizationUrlWithJAR(configuration, params, {
            key: await signingKey(),
            kid: 'key-ES256',
          })
        ).searchParams
      : params;
    const url = await oidc.buildAuthorizationUrlWithPAR(configuration, request, DPoP ? { DPoP } : {});
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);

    const browser = new Traveller(server);
    await browser.open(url.href);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect([...browser.sentTo!.searchParams.keys()].sort()).toEqual(
      signs ? ['response'] : ['code', 'iss', 'state'],
    );

    const checks = { pkceCodeVerifier: codeVerifier, expectedState: state, expectedNonce: nonce };
    const tokens = await oidc.authorizationCodeGrant(
      configuration,
      browser.sentTo!,
      checks,
      undefined,
      DPoP ? { DPoP } : {},
    );
    expect(tokens.token_type).toBe(type.toLowerCase());
    const { sub } = tokens.claims()!;
    const options = DPoP ? { DPoP } : {};
    expect(await oidc.fetchUserInfo(configuration, tokens.access_token, sub, options)).toMatchObject({
      preferred_username: person.username,
    });
    const stolen = await fetch(`${server.url}/oidc/userinfo`, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
    });
    expect(stolen.ok).toBe(false);

    // FAPI 2.0, section 5.3.2.1: the refresh token stays, so that a lost answer loses nobody a sign-in.
    const refreshed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token!, undefined, options);
    expect(refreshed.refresh_token ?? tokens.refresh_token).toBe(tokens.refresh_token);
    expect(await oidc.tokenIntrospection(configuration, refreshed.access_token)).toMatchObject({
      active: true,
      cnf: expect.any(Object) as unknown,
    });
  });
});
