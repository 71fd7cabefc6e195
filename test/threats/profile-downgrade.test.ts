import { describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import type { Browser } from '../support/browser.js';
import { ClientKey, seconds } from '../support/client-key.js';
import { GuardedApplication, type Answer } from '../support/guarded-application.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const CALLBACK = 'https://bank.example/callback';
const key = new ClientKey();
const rsa = new ClientKey('RS256');
const both = JSON.stringify({
  keys: [key, rsa].map(({ publicJwk, alg }) => ({ ...publicJwk, use: 'sig', kid: alg })),
});
const client = (id: string, profile: string) => `
  - client_id: ${id}
    client_name: ${id}
    profile: ${profile}
    token_endpoint_auth_method: private_key_jwt
    jwks: ${both}
    redirect_uris: [${CALLBACK}]
    first_party: true`;
const API = 'https://accounts.example/';
const CLIENTS = `clients:${client('secure', 'fapi2-security')}
    apis: [${API}]${client('signing', 'fapi2-message-signing')}
apis:
  - identifier: ${API}
    access_token_signed_response_alg: ES256
    scopes: [accounts:read]
`;
const ASSERTED = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Who can make a client do with less than its profile has the use of what the profile was to prevent. */
describe('a client of a FAPI 2.0 profile', () => {
  let server: TestServer;
  let browser: Browser;
  let secure: GuardedApplication;
  let signing: GuardedApplication;

  beaSignedIn(CLIENTS, (ready) => {
    ({ server, browser } = ready);
    secure = new GuardedApplication(server, 'secure', { key, redirectUri: CALLBACK });
    signing = new GuardedApplication(server, 'signing', { key, redirectUri: CALLBACK });
  });

  const asserted = async (changed = {}, by = key) => ({
    client_assertion_type: ASSERTED,
    client_assertion: await by.assertion('secure', server.url, changed),
  });
  const expectRefused = ({ status, body }: Answer, error: string, words: RegExp) => {
    expect([status, body['error'], body['error_description']]).toEqual([
      expect.any(Number),
      error,
      expect.stringMatching(words),
    ]);
    expect(status).toBeGreaterThanOrEqual(400);
  };

  it('gets no token for an API that is signed with RS256', async () => {
    const asking = secure.params({ scope: 'openid accounts:read', resource: API });
    await browser.open(secure.urlOf(await secure.pushed(asking)));
    const code = secure.codeFrom(browser);
    const redeem = async () => {
      const proof = await key.proof('POST', `${server.url}/oidc/token`);
      return secure.redeem(code, { DPoP: proof }, { resource: API });
    };

    // As a clients file of before may have it in the database.
    const body = { scopes: ['accounts:read'] };
    await server.app
      .get(Sql)
      .run('UPDATE declaration SET body = ? WHERE name = ?', JSON.stringify(body), API);
    const words = /profile fapi2-security: access tokens for this API are signed with RS256/;
    expectRefused(await redeem(), 'invalid_target', words);
    expectRefused(await secure.push(asking), 'invalid_target', words);
  });

  it('cannot ask without pushing', async () => {
    await browser.open(secure.url(secure.params()));
    expect(browser.sentTo!.searchParams.get('error_description')).toBe(
      'Pushed Authorization Request must be used',
    );
    const request = await key.request('signing', server.url, signing.params({ response_mode: 'jwt' }));
    await browser.open(signing.url({ client_id: 'signing', request }));
    expect(browser.sentTo?.searchParams.has('code') ?? false).toBe(false);
  });

  it('says who it is in its own name, to this server, with a strong key', async () => {
    for (const [changed, by, words] of [
      [{ aud: `${server.url}/oidc/token` }, key, /aud of a client assertion is the issuer/],
      [{ aud: `${server.url}/oidc/par` }, key, /aud of a client assertion is the issuer/],
      [{ aud: [server.url] }, key, /aud of a client assertion is the issuer/],
      [{ aud: [server.url, 'https://evil.example'] }, key, /aud of a client assertion is the issuer/],
      [{}, rsa, /client assertions are signed with PS256, ES256, EdDSA/],
      [{ aud: 'https://evil.example' }, key, /client authentication failed/],
      [{ iat: seconds() + 75, exp: seconds() + 120 }, key, /client authentication failed/],
      [{ nbf: seconds() + 75, exp: seconds() + 120 }, key, /client authentication failed/],
    ] as [object, ClientKey, RegExp][])
      expectRefused(
        await secure.push({ ...secure.params(), ...(await asserted(changed, by)) }),
        'invalid_client',
        words,
      );
    // A clock that is a little fast is nobody's fault.
    const fast = { iat: seconds() + 8, nbf: seconds() + 8 };
    expect((await secure.push({ ...secure.params(), ...(await asserted(fast)) })).status).toBe(201);
  });

  it('cannot do without PKCE, its address or the code flow', async () => {
    for (const params of [
      { code_challenge: '', code_challenge_method: '' },
      { code_challenge_method: 'plain' },
      { redirect_uri: '' },
      { redirect_uri: 'https://bank.example/other' },
    ] as Record<string, string>[])
      expectRefused(await secure.push(secure.params(params)), 'invalid_request', /./);
    expectRefused(
      await secure.push(secure.params({ response_type: 'code id_token' })),
      'unsupported_response_type',
      /./,
    );
  });

  it('gets no token that anybody could use', async () => {
    await browser.open(secure.urlOf(await secure.pushed()));
    const code = secure.codeFrom(browser);
    expect(browser.sentTo!.searchParams.get('iss')).toBe(server.url);
    expectRefused(await secure.redeem(code), 'invalid_grant', /^DPoP proof JWT not provided$/);
    const DPoP = await rsa.proof('POST', `${server.url}/oidc/token`);
    expectRefused(await secure.redeem(code, { DPoP }), 'invalid_dpop_proof', /./);
    const { status, body } = await secure.redeem(code, {
      DPoP: await key.proof('POST', `${server.url}/oidc/token`),
    });
    expect([status, body['token_type']]).toEqual([200, 'DPoP']);
    const header = JSON.parse(
      Buffer.from((body['id_token'] as string).split('.')[0]!, 'base64url').toString(),
    ) as object;
    expect(header).toMatchObject({ alg: 'ES256' });
  });

  it('of message signing cannot leave the signature away, nor get an answer without one', async () => {
    const request = (params = {}, changed = {}, by = key) =>
      by.request('signing', server.url, { ...signing.params({ response_mode: 'jwt' }), ...params }, changed);
    expectRefused(
      await signing.push(signing.params({ response_mode: 'jwt' })),
      'invalid_request',
      /Request Object must be used/,
    );
    const now = seconds();
    for (const [what, words] of [
      [await request({}, {}, rsa), /signed with PS256, ES256, EdDSA/],
      [await request({}, { exp: undefined, jti: undefined }), /lacks exp/],
      [await request({}, { nbf: undefined }), /lacks nbf/],
      [await request({}, { iat: now, nbf: now - 3700, exp: now - 101 + 200 }), /60 minutes|expire within/],
      [await request({}, { aud: 'https://other.example' }), /invalid/],
    ] as [string, RegExp][])
      expectRefused(await signing.push({ request: what }), 'invalid_request_object', words);
    for (const response_mode of ['query', 'fragment', 'form_post', undefined])
      expectRefused(
        await signing.push({ request: await request({ response_mode }) }),
        'invalid_request',
        /response_mode is not allowed/,
      );

    await browser.open(signing.urlOf(await signing.pushed({ request: await request() })));
    expect([...browser.sentTo!.searchParams.keys()]).toEqual(['response']);
  });
});
