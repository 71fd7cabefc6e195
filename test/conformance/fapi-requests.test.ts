import { describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { ClientKey, seconds } from '../support/client-key.js';
import type { Answer } from '../support/guarded-application.js';
import { bothClients, FapiClient, VARIANTS } from './fapi-client.js';
import { CALLBACK, type Suite, type Values } from './suite.js';

const PREFIX = 'fapi2-security-profile-final-';
const MINUTE = 60;

/**
 * fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan: the modules about authorization requests.
 * Those about tokens: fapi-tokens.test.ts.
 */
describe.each(VARIANTS)('the modules of the FAPI 2.0 plans about requests ($name)', (variant) => {
  let suite: Suite;
  let client: FapiClient;
  let other: FapiClient;
  bothClients(variant, (ready) => ({ suite, client, other } = ready));

  const refused = ({ status, body }: Answer, errors = /^invalid_request(_object|_uri)?$/) =>
    expect([status, body['error']]).toEqual([
      expect.any(Number),
      expect.stringMatching(status >= 400 && status < 500 ? errors : /an answer between 400 and 499/),
    ]);
  /** What the browser shows, or what the application is told, in place of a code. */
  const refusedInBrowser = async (url: string) => {
    const { browser } = suite.browser;
    await browser.open(url);
    if (browser.sentTo) expect(browser.sentTo.searchParams.get('error') ?? 'signed').not.toBe('code');
    else
      expect([browser.page.status, browser.page.text]).toEqual([
        400,
        expect.stringMatching(/error: invalid_/),
      ]);
    return browser.sentTo;
  };
  it(`${PREFIX}happy-flow`, async () => {
    const answer = await client.authorize(await client.pushed());
    expect([answer.get('iss'), answer.get('state')]).toEqual([suite.server.url, client.app.state]);
    const tokens = await client.redeem(answer.get('code')!);
    expect(tokens.status).toBe(200);
    const claims = await suite.verified(tokens.body['id_token'] as string, client.id, 'n-0S6_WzA2Mj');
    expect(claims['s_hash']).toBeUndefined();
    const { status, body } = await client.userinfo(tokens.body['access_token'] as string);
    expect([status, body['sub']]).toEqual([200, claims.sub]);
    // The second client's address has a query of its own.
    const second = new FapiClient(suite, variant, 2, `${CALLBACK}?dummy1=lorem&dummy2=ipsum`);
    const arrived = await second.authorize(await second.pushed());
    if (!variant.signs) expect([arrived.get('dummy1'), arrived.get('dummy2')]).toEqual(['lorem', 'ipsum']);
    expect((await second.redeem(arrived.get('code')!)).status).toBe(200);
  });

  it(`${PREFIX}user-rejects-authentication`, async () => {
    const module = `${PREFIX}user-rejects-authentication`;
    const answer = await client.authorize(await client.pushed(), {}, module);
    expect([answer.get('error'), answer.get('state')]).toEqual(['access_denied', client.app.state]);
  });

  it.each<[string, Values, Values]>([
    ['ensure-authorization-request-without-state-success', { state: '' }, { state: '' }],
    ['ensure-authorization-request-without-nonce-success', { nonce: '' }, {}],
    ['ensure-authorization-request-with-64-char-nonce-success', { nonce: 'n'.repeat(64) }, {}],
    ['ensure-authorization-request-with-long-nonce', { nonce: 'n'.repeat(384) }, {}],
    ['ensure-authorization-request-with-long-state', { state: 's'.repeat(384) }, { state: 's'.repeat(384) }],
    ['ensure-other-scope-order-succeeds', { scope: 'email profile openid' }, {}],
  ])(`${PREFIX}%s`, async (_module, extra, expected) => {
    const answer = await client.authorize(await client.pushed(extra));
    for (const [name, value] of Object.entries(expected)) expect(answer.get(name) ?? '').toBe(value);
    const { body } = await client.redeem(answer.get('code')!);
    await suite.verified(
      body['id_token'] as string,
      client.id,
      (extra['nonce'] ?? 'n-0S6_WzA2Mj') || undefined,
    );
  });

  it(`${PREFIX}par-without-duplicate-parameters`, async () => {
    expect((await client.authorize(await client.pushed())).get('code')).not.toBeNull();
  });

  it(`${PREFIX}test-claims-parameter-identity-claims`, async () => {
    const all = { name: null, email: null, preferred_username: null };
    const code = await client.code({ claims: JSON.stringify({ userinfo: all, id_token: all }) });
    const { body } = await client.redeem(code);
    const userinfo = await client.userinfo(body['access_token'] as string);
    expect(userinfo.body).toMatchObject({ name: suite.person.username, email: suite.person.email });
  });

  it.each([
    ['ensure-different-nonce-inside-and-outside-request-object', { nonce: 'another' }],
    ['ensure-different-state-inside-and-outside-request-object', { state: 'another' }],
    ['state-only-outside-request-object-not-used', { state: 'another' }],
  ])(`${PREFIX}%s`, async (module, beside: Values) => {
    const only = module.startsWith('state-only');
    const answer = await client.authorize(await client.pushed(only ? { state: '' } : {}), beside);
    expect(answer.get('state')).toBe(only ? null : client.app.state);
    const { body } = await client.redeem(answer.get('code')!);
    await suite.verified(body['id_token'] as string, client.id, 'n-0S6_WzA2Mj');
  });

  it.each<[string, Values]>([
    ['ensure-redirect-uri-in-authorization-request', { redirect_uri: '' }],
    ['ensure-registered-redirect-uri', { redirect_uri: `${CALLBACK}/foo` }],
    ['plain-fapi-tolerate-unregistered-redirect-uri', { redirect_uri: `${CALLBACK}/foo` }],
    ['par-ensure-pkce-required', { code_challenge: '', code_challenge_method: '' }],
    ['par-plain-pkce-rejected', { code_challenge_method: 'plain' }],
  ])(`${PREFIX}%s`, async (module, extra) => {
    refused(
      await client.push(extra),
      module.includes('pkce') ? /^invalid_request$/ : /^invalid_request(_object)?$/,
    );
  });

  it.each([
    ['ensure-response-type-code-idtoken-fails', 'code id_token'],
    ['ensure-response-type-token-fails', 'token'],
  ])(`${PREFIX}%s`, async (_module, response_type) => {
    refused(
      await client.push({ response_type }),
      /^(unsupported_response_type|unauthorized_client|invalid_request)$/,
    );
  });

  it(`${PREFIX}par-authorization-request-containing-request_uri-form-param`, async () => {
    const request = await client.request();
    const request_uri = 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c';
    refused(
      await client.app.push({ ...request, request_uri }),
      /^(invalid_request(_object)?|request_uri_not_supported)$/,
    );
  });

  it(`${PREFIX}par-attempt-invalid-http-method`, async () => {
    for (const method of ['GET', 'PUT'])
      expect((await client.app.send(method, '/oidc/par', undefined, {})).status).toBeGreaterThanOrEqual(400);
  });

  it(`${PREFIX}ensure-unsigned-authorization-request-without-using-par-fails`, async () => {
    const sentTo = await refusedInBrowser(client.app.url(client.app.params()));
    expect(sentTo?.searchParams.has('code') ?? false).toBe(false);
  });

  it(`${PREFIX}par-attempt-to-use-request_uri-for-different-client`, async () => {
    await refusedInBrowser(client.app.urlOf(await client.pushed(), other.id));
    expect(suite.browser.browser.sentTo).toBeUndefined();
  });

  it(`${PREFIX}par-attempt-reuse-request_uri`, async () => {
    const requestUri = await client.pushed();
    await client.authorize(requestUri);
    await refusedInBrowser(client.app.urlOf(requestUri));
    expect(suite.browser.browser.sentTo).toBeUndefined();
  });

  it(`${PREFIX}par-ensure-reused-request-uri-prior-to-auth-completion-succeeds`, async () => {
    const requestUri = await client.pushed();
    await suite.browser.browser.open(client.app.urlOf(requestUri));
    expect((await client.authorize(requestUri)).get('code')).not.toBeNull();
  });

  it(`${PREFIX}par-attempt-to-use-expired-request_uri`, async () => {
    const { body } = await client.push();
    suite.server.clock.advance((body['expires_in'] as number) * 1000 + 1000);
    await refusedInBrowser(client.app.urlOf(body['request_uri'] as string));
    expect(suite.browser.browser.sentTo).toBeUndefined();
  });

  if (!variant.signs) return;

  it(`${PREFIX}ensure-request-object-with-multiple-aud-succeeds`, async () => {
    const aud = [suite.server.url, 'https://other.example'];
    expect((await client.push({}, { claims: { aud } })).status).toBe(201);
  });

  it(`${PREFIX}ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted`, async () => {
    expect((await client.push({}, { claims: { nbf: seconds() + 8 } })).status).toBe(201);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['ensure-request-object-without-exp-fails', () => ({ exp: undefined })],
    ['ensure-request-object-without-nbf-fails', () => ({ nbf: undefined })],
    ['ensure-expired-request-object-fails', () => ({ exp: seconds() - MINUTE })],
    ['ensure-request-object-with-bad-aud-fails', () => ({ aud: 'https://other.example' })],
    ['ensure-request-object-with-exp-over-60-fails', () => ({ exp: seconds() + 70 * MINUTE })],
    ['ensure-request-object-with-nbf-over-60-fails', () => ({ nbf: seconds() - 70 * MINUTE })],
    ['ensure-request-object-without-redirect-uri-fails', () => ({ redirect_uri: undefined })],
    [
      'par-authorization-request-containing-request_uri',
      () => ({ request_uri: 'urn:ietf:params:oauth:request_uri:6esc' }),
    ],
  ])(`${PREFIX}%s`, async (_module, claims) => {
    refused(await client.push({}, { claims: claims() }));
  });

  it(`${PREFIX}ensure-signed-request-object-with-RS256-fails`, async () => {
    refused(await client.push({}, { signedBy: new ClientKey('RS256') }));
  });

  it(`${PREFIX}ensure-request-object-signature-algorithm-is-not-none`, async () => {
    const now = seconds();
    const claims = { iss: client.id, aud: suite.server.url, nbf: now, exp: now + MINUTE };
    refused(
      await client.app.push({ request: new UnsecuredJWT({ ...client.app.params(), ...claims }).encode() }),
    );
  });

  it(`${PREFIX}ensure-request-object-with-invalid-signature-fails`, async () => {
    refused(await client.push({}, { signedBy: new ClientKey() }));
  });

  it(`${PREFIX}ensure-matching-key-in-authorization-request`, async () => {
    refused(await client.push({}, { signedBy: other.key }));
  });

  it(`${PREFIX}ensure-unsigned-request-at-par-endpoint-fails`, async () => {
    refused(await client.app.push(client.app.params({ response_mode: 'jwt' })), /^invalid_request$/);
  });
});
