import { describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import type { Browser } from '../support/browser.js';
import { ClientKey, seconds } from '../support/client-key.js';
import { GuardedApplication } from '../support/guarded-application.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const key = new ClientKey();
const CLIENTS = `clients:
  - client_id: shop
    client_name: Shop
    token_endpoint_auth_method: private_key_jwt
    jwks: ${key.jwks}
    redirect_uris: [http://localhost:9/shop/callback]
    require_signed_request_object: true
    request_object_signing_alg: ES256
    first_party: true
  - client_id: other
    client_name: Other
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/other/callback]
    first_party: true
`;

/** RFC 9101: a signed request is worth something only from its client, for this server, unchanged, and for a while. */
describe('a signed authorization request', () => {
  let server: TestServer;
  let shop: GuardedApplication;
  let browser: Browser;

  beaSignedIn(CLIENTS, (ready) => {
    ({ server, browser } = ready);
    shop = new GuardedApplication(server, 'shop', { key });
  });

  const signed = (changed = {}, header = {}, params = {}) =>
    key.request('shop', server.url, { ...shop.params(), ...params }, changed, header);
  const open = (request: string, extra = {}) =>
    browser.open(shop.url({ client_id: 'shop', request, ...extra }));

  it('gives a code for what stands in it, whatever stands beside it', async () => {
    await open(await signed(), {
      scope: 'openid email offline_access',
      state: 'evil',
      redirect_uri: 'https://evil.example/',
      code_challenge: 'x'.repeat(43),
      prompt: 'none',
    });
    expect(browser.sentTo!.searchParams.get('state')).toBe(shop.state);
    const { status, body } = await shop.redeem(shop.codeFrom(browser));
    expect([status, body['scope']]).toEqual([200, 'openid profile']);
  });

  it('is refused in every other form', async () => {
    const now = seconds();
    const foreign = new ClientKey();
    const rsa = new ClientKey('RS256');
    const claims = { iss: 'shop', aud: server.url, ...shop.params() };
    const attempts: [string, string][] = [
      ['alg none', new UnsecuredJWT({ ...claims, exp: now + 60 }).encode()],
      ['a foreign key', await foreign.request('shop', server.url, shop.params())],
      [
        'a foreign key, brought along',
        await foreign.request('shop', server.url, shop.params(), {}, { jwk: foreign.publicJwk }),
      ],
      ['a key to be fetched', await signed({}, { jku: 'https://evil.example/jwks' })],
      ['another algorithm', await rsa.request('shop', server.url, shop.params())],
      ['another client as issuer', await signed({ iss: 'other' })],
      ['another client inside', await signed({ client_id: 'other' })],
      ['made for another server', await signed({ aud: 'https://other.example' })],
      ['made for nobody', await signed({ aud: undefined as never })],
      ['expired', await signed({ iat: now - 400, nbf: now - 400, exp: now - 11 })],
      ['good for too long', await signed({ exp: now + 3700 })],
      ['not yet good', await signed({ nbf: now + 30 })],
      ['from the future', await signed({ iat: now + 120 })],
      ['named, but for ever', await signed({ exp: undefined as never })],
      ['within itself', await signed({ request: 'x' })],
      ['with an address in it', await signed({ request_uri: 'urn:x' })],
      ['changed', (await signed()).replace(/\.[^.]{10}/, '.eyJpc3MiOi')],
      ['no JWT', 'hello'],
      ['nothing', ''],
    ];
    for (const [what, request] of attempts) {
      await open(request);
      expect([what, browser.sentTo?.searchParams.get('code') ?? null]).toEqual([what, null]);
      expect([what, browser.sentTo?.origin ?? 'http://localhost:9']).toEqual([what, 'http://localhost:9']);
    }
  });

  it('cannot be left out by a client that has to sign', async () => {
    await browser.open(shop.url(shop.params()));
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_request');
    const { status, body } = await shop.push();
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
  });

  it('counts once when it is pushed', async () => {
    const request = await signed();
    expect((await shop.push({ request })).status).toBe(201);
    const { status, body } = await shop.push({ request });
    expect([status, body]).toEqual([
      400,
      { error: 'invalid_request_object', error_description: 'Request Object must only be used once' },
    ]);

    const another = await signed();
    const answers = await Promise.all(Array.from({ length: 6 }, () => shop.push({ request: another })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('does not lose its name to a forgery', async () => {
    const jti = 'known-to-the-attacker';
    const forged = await new ClientKey().request('shop', server.url, shop.params(), { jti });
    expect((await shop.push({ request: forged })).status).toBe(400);
    expect((await shop.push({ request: await signed({ jti }) })).status).toBe(201);
  });

  it('is refused when it is oversized', async () => {
    const { status, body } = await shop.push({
      request: await signed({}, {}, { state: 'x'.repeat(17_000) }),
    });
    expect([status, body['error']]).toEqual([400, 'invalid_request_object']);
  });

  it('is pushed by its own client alone', async () => {
    const other = new GuardedApplication(server, 'other');
    const { status } = await other.push({ request: await signed() });
    expect(status).toBe(400);
  });
});
