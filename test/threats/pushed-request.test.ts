import { describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { GuardedApplication } from '../support/guarded-application.js';
import type { Person } from '../support/people.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const CLIENTS = `clients:
  - client_id: shop
    client_name: Shop
    client_secret: shop-secret-of-thirty-two-chars!
    token_endpoint_auth_method: client_secret_post
    require_pushed_authorization_requests: true
    redirect_uris: [http://localhost:9/shop/callback]
    first_party: true
  - client_id: other
    client_name: Other
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/other/callback]
    first_party: true
`;

/** RFC 9126: what a client has pushed, somebody else must not use, and nobody twice. */
describe('a pushed authorization request', () => {
  let server: TestServer;
  let person: Person;
  let shop: GuardedApplication;
  let browser: Browser;
  const secret = { client_secret: 'shop-secret-of-thirty-two-chars!' };

  beaSignedIn(CLIENTS, (ready) => {
    ({ server, browser, person } = ready);
    shop = new GuardedApplication(server, 'shop', { fields: secret });
  });

  it('gives one code', async () => {
    const requestUri = await shop.pushed();
    await browser.open(shop.urlOf(requestUri));
    expect((await shop.redeem(shop.codeFrom(browser))).status).toBe(200);
    expect(browser.sentTo!.searchParams.get('state')).toBe(shop.state);

    await browser.open(shop.urlOf(requestUri));
    expect([browser.sentTo, browser.page.status]).toEqual([undefined, 400]);
    expect(browser.page.text).toContain('invalid_request_uri');
  });

  it('gives one code when it is opened often at the same moment', async () => {
    const requestUri = await shop.pushed();
    const path = new URL(shop.urlOf(requestUri));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => browser.once('GET', path.pathname + path.search)),
    );
    const codes = answers.filter(({ headers }) => /[?&]code=/.test(headers['location'] ?? ''));
    expect(codes).toHaveLength(1);
    // Who was slower is asked again, and learns then that it is used.
    for (const answer of answers.filter((each) => !codes.includes(each)))
      expect([303, 400]).toContain(answer.status);
  });

  it('gives one code when several have opened it before anybody has signed in', async () => {
    const requestUri = await shop.pushed();
    const [first, second] = [new Browser(server), new Browser(server)];
    await first.open(shop.urlOf(requestUri));
    await second.open(shop.urlOf(requestUri));
    // Longer than a pushed request can be opened, and a person may take longer still.
    server.clock.advance(10 * 60_000);
    await first.enterPassword(person);
    expect(first.sentTo?.searchParams.has('code')).toBe(true);
    await second.enterPassword(person);
    expect(second.sentTo?.searchParams.get('code') ?? null).toBeNull();
    expect(second.sentTo?.searchParams.get('error') ?? second.page.text).toMatch(/invalid_request_uri/);
  });

  it('is of no use to another client', async () => {
    const requestUri = await shop.pushed();
    await browser.open(shop.urlOf(requestUri, 'other'));
    expect(browser.sentTo?.searchParams.has('code') ?? false).toBe(false);
    expect(browser.sentTo).toBeUndefined();
  });

  it('cannot be opened after a minute, nor guessed', async () => {
    const requestUri = await shop.pushed();
    server.clock.advance(61_000);
    for (const uri of [
      requestUri,
      `${requestUri.slice(0, -1)}A`,
      'urn:ietf:params:oauth:request_uri:',
      'urn:x',
    ]) {
      await browser.open(shop.urlOf(uri));
      expect([uri, browser.sentTo, browser.page.status]).toEqual([uri, undefined, 400]);
    }
  });

  it('is not accepted from who is not the client', async () => {
    for (const fields of [{}, { client_secret: 'wrong' }] as Record<string, string>[]) {
      const stranger = new GuardedApplication(server, 'shop', { fields });
      expect((await stranger.push()).status).toBe(401);
    }
    const asOther = new GuardedApplication(server, 'other');
    expect((await asOther.push({ ...shop.params(), client_id: 'shop' })).status).toBe(401);
  });

  it('is checked like any other request, when it is pushed', async () => {
    for (const [params, error] of [
      [{ redirect_uri: 'https://evil.example/' }, 'invalid_request'],
      [{ code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ request_uri: await shop.pushed() }, 'request_uri_not_supported'],
      [{ scope: 'openid admin:all' }, undefined],
    ] as [Record<string, string>, string | undefined][]) {
      const { status, body } = await shop.push(shop.params(params));
      expect([params, status, body['error']]).toEqual([params, error ? 400 : 201, error]);
    }
  });

  it('cannot be added to in the address', async () => {
    const requestUri = await shop.pushed();
    await browser.open(
      `${shop.urlOf(requestUri)}&${new URLSearchParams({ scope: 'openid email', state: 'evil', response_mode: 'fragment' }).toString()}`,
    );
    expect(browser.sentTo!.searchParams.get('state')).toBe(shop.state);
    expect((await shop.redeem(shop.codeFrom(browser))).body['scope']).toBe('openid profile');
  });

  it('cannot be left out by a client that has to push', async () => {
    await browser.open(shop.url(shop.params()));
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_request');
    expect(browser.sentTo!.searchParams.get('error_description')).toBe(
      'Pushed Authorization Request must be used',
    );
  });
});
