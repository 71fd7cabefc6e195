import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UnsecuredJWT, type JWTPayload } from 'jose';
import { PingDelivery } from '../../src/oidc/devices/ping-delivery.service.js';
import { Browser } from '../support/browser.js';
import { CIBA_GRANT, PingListener } from '../support/ciba.js';
import { ClientKey, seconds } from '../support/client-key.js';
import type { Answer } from '../support/guarded-application.js';
import { outboxEmptied } from '../support/outbox.js';
import { FapiClient, startFapiSuite, type Oddities, type Variant } from './fapi-client.js';
import type { Suite, Values } from './suite.js';

const PREFIX = 'fapi-ciba-id1-';
const MINUTE = 60;
const NOTIFICATION = 'a-token-that-the-suite-has-made';
const VARIANTS: readonly (Variant & { readonly mode: 'poll' | 'ping' })[] = [
  { name: 'ciba-poll', mode: 'poll', authentication: 'key', binding: 'mtls', signs: true },
  { name: 'ciba-ping', mode: 'ping', authentication: 'key', binding: 'mtls', signs: true },
  { name: 'ciba-mtls-poll', mode: 'poll', authentication: 'mtls', binding: 'mtls', signs: true },
];

/** fapi-ciba-id1-test-plan (plain_fapi) */
describe.each(VARIANTS)('the modules of the FAPI-CIBA plan ($name)', (variant) => {
  let suite: Suite;
  let listener: PingListener;
  let person: Browser;
  let client: FapiClient;
  let other: FapiClient;
  beforeAll(async () => {
    listener = await PingListener.at();
    await listener.up();
    suite = await startFapiSuite(listener.address);
  });
  afterAll(async () => {
    await suite.stop();
    await listener.down();
  });
  beforeEach(async () => {
    client = new FapiClient(suite, variant);
    other = new FapiClient(suite, variant, 2);
    person = new Browser(suite.server);
    await person.signIn(suite.person);
    listener.pings.length = 0;
    listener.status = 204;
  });
  /** Nothing waits for the next module. */
  afterEach(async () => {
    for (await person.open('/dashboard/approvals'); person.page.html.getElementById('refuse-0');)
      await person.press('refuse-0');
    // A refusal is told, too: what is on its way would arrive in the next module.
    await outboxEmptied(suite.server, 'ping_notice');
  });

  const request = async (extra: Values = {}, { claims, header, signedBy = client.key }: Oddities = {}) => {
    const params: Values = { scope: 'openid profile', login_hint: suite.person.username, ...extra };
    if (variant.mode === 'ping') params['client_notification_token'] = NOTIFICATION;
    return signedBy.request(client.id, suite.server.url, params, claims, { typ: undefined, ...header });
  };
  const ask = async (extra: Values = {}, odd: Oddities = {}): Promise<Answer> =>
    client.app.post('/oidc/backchannel', { request: await request(extra, odd) });
  const asked = async (extra: Values = {}): Promise<string> => {
    const { status, body, text } = await ask(extra);
    if (status !== 200) throw new Error(text);
    return body['auth_req_id'] as string;
  };
  const poll = (auth_req_id: string, by = client, changed: Values = {}): Promise<Answer> => {
    suite.server.clock.advance(5_000);
    return by.app.post('/oidc/token', { grant_type: CIBA_GRANT, auth_req_id, ...changed });
  };
  const answer = async (how: 'approve' | 'refuse') => {
    await person.open('/dashboard/approvals');
    await person.press(`${how}-0`);
  };
  const refused = ({ status, body }: Answer, errors: RegExp) => {
    expect([status, body['error']]).toEqual([expect.any(Number), expect.stringMatching(errors)]);
    expect([400, 401]).toContain(status);
  };

  it(`${PREFIX}discovery-end-point-verification`, async () => {
    const response = await fetch(`${suite.server.url}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      backchannel_authentication_endpoint: `${suite.server.url}/oidc/backchannel`,
      backchannel_token_delivery_modes_supported: expect.arrayContaining([variant.mode]) as unknown,
      backchannel_authentication_request_signing_alg_values_supported: expect.arrayContaining([
        'ES256',
      ]) as unknown,
      backchannel_user_code_parameter_supported: false,
      grant_types_supported: expect.arrayContaining([CIBA_GRANT]) as unknown,
    });
  });

  it('fapi-ciba-id1', async () => {
    const { body } = await ask();
    expect(body).toMatchObject({
      auth_req_id: expect.any(String) as unknown,
      expires_in: expect.any(Number) as unknown,
    });
    const id = body['auth_req_id'] as string;
    expect((await poll(id)).body['error']).toBe('authorization_pending');
    await answer('approve');
    if (variant.mode === 'ping') {
      const [ping, ...more] = await listener.heard(1);
      expect([ping!.authorization, JSON.parse(ping!.body), more]).toEqual([
        `Bearer ${NOTIFICATION}`,
        { auth_req_id: id },
        [],
      ]);
    }
    const tokens = await poll(id);
    expect(tokens.status).toBe(200);
    const claims = await suite.verified(tokens.body['id_token'] as string, client.id);
    const userinfo = await client.userinfo(tokens.body['access_token'] as string);
    expect([userinfo.status, userinfo.body['sub']]).toEqual([200, claims.sub]);
    const stolen = { Authorization: `Bearer ${tokens.body['access_token'] as string}` };
    expect((await client.app.send('GET', '/oidc/userinfo', undefined, stolen)).status).toBe(401);
  });

  it(`${PREFIX}user-rejects-authentication`, async () => {
    const id = await asked();
    await answer('refuse');
    refused(await poll(id), /^access_denied$/);
  });

  it(`${PREFIX}multiple-call-to-token-endpoint`, async () => {
    const id = await asked();
    await answer('approve');
    expect((await poll(id)).status).toBe(200);
    refused(await poll(id), /^invalid_grant$/);
  });

  it(`${PREFIX}auth-req-id-expired`, async () => {
    const id = await asked({ requested_expiry: '30' });
    suite.server.clock.advance(31_000);
    refused(await poll(id), /^(expired_token|invalid_grant)$/);
  });

  it.each<[string, Values]>([
    ['ensure-authorization-request-with-binding-message-succeeds', { binding_message: '1234' }],
    ['ensure-other-scope-order-succeeds', { scope: 'profile openid' }],
    ['ensure-requested-expiry-as-string-succeeds', { requested_expiry: '30' }],
  ])(`${PREFIX}%s`, async (_module, extra) => {
    const id = await asked(extra);
    await answer('approve');
    expect((await poll(id)).status).toBe(200);
  });

  it(`${PREFIX}ensure-authorization-request-with-potentially-bad-binding-message`, async () => {
    const binding_message =
      '1234 \uD83D\uDC4D\uD83C\uDFFF 品川 Lorem ipsum dolor sit amet, consectetur adipiscing elit';
    refused(await ask({ binding_message }), /^invalid_binding_message$/);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['ensure-request-object-missing-aud-fails', () => ({ aud: undefined })],
    ['ensure-request-object-bad-aud-fails', () => ({ aud: 'https://other.example' })],
    ['ensure-request-object-missing-iss-fails', () => ({ iss: undefined })],
    ['ensure-request-object-bad-iss-fails', () => ({ iss: other.id })],
    ['ensure-request-object-missing-exp-fails', () => ({ exp: undefined, jti: undefined })],
    ['ensure-request-object-expired-exp-fails', () => ({ exp: seconds() - 5 * MINUTE })],
    ['ensure-request-object-exp-is-70-minutes-in-future-fails', () => ({ exp: seconds() + 70 * MINUTE })],
    ['ensure-request-object-missing-iat-fails', () => ({ iat: undefined })],
    ['ensure-request-object-missing-nbf-fails', () => ({ nbf: undefined })],
    ['ensure-request-object-nbf-is-10-minutes-in-future-fails', () => ({ nbf: seconds() + 10 * MINUTE })],
    ['ensure-request-object-nbf-is-70-minutes-in-past-fails', () => ({ nbf: seconds() - 70 * MINUTE })],
    ['ensure-request-object-missing-jti-fails', () => ({ jti: undefined })],
    ['ensure-different-client-id-and-issuer-in-backchannel-authorization-request', () => ({ iss: other.id })],
  ])(`${PREFIX}%s`, async (_module, claims) => {
    refused(await ask({}, { claims: claims() }), /^invalid_request(_object)?$/);
  });

  it(`${PREFIX}ensure-request-object-signature-algorithm-is-none-fails`, async () => {
    const [, claims] = (await request()).split('.');
    const unsigned = new UnsecuredJWT(
      JSON.parse(Buffer.from(claims!, 'base64url').toString()) as JWTPayload,
    ).encode();
    refused(await client.app.post('/oidc/backchannel', { request: unsigned }), /^invalid_request(_object)?$/);
  });

  it.each<[string, () => ClientKey]>([
    ['ensure-request-object-signature-algorithm-is-bad-fails', () => new ClientKey()],
    ['ensure-request-object-signature-algorithm-is-RS256-fails', () => new ClientKey('RS256')],
    ['ensure-request-object-signed-by-other-client-fails', () => other.key],
  ])(`${PREFIX}%s`, async (_module, signedBy) => {
    refused(await ask({}, { signedBy: signedBy() }), /^invalid_request(_object)?$/);
  });

  it(`${PREFIX}ensure-authorization-request-with-multiple-hints-fails`, async () => {
    refused(await ask({ id_token_hint: 'a.b.c' }), /^invalid_request(_object)?$/);
  });

  it(`${PREFIX}ensure-unsigned-backchannel-authorization-request-fails`, async () => {
    const params = {
      scope: 'openid',
      login_hint: suite.person.username,
      client_notification_token: NOTIFICATION,
    };
    refused(await client.app.post('/oidc/backchannel', params), /^invalid_request(_object)?$/);
  });

  it(`${PREFIX}ensure-wrong-auth-req-id-in-token-endpoint-request`, async () => {
    refused(await poll(`${await asked()}x`), /^invalid_grant$/);
  });

  it(`${PREFIX}ensure-wrong-client-id-in-token-endpoint-request`, async () => {
    const id = await asked();
    await answer('approve');
    refused(await poll(id, client, { client_id: other.id }), /^invalid_(client|grant|request)$/);
    refused(await poll(id, other), /^invalid_grant$/);
  });

  it(`${PREFIX}ensure-wrong-client-id-in-backchannel-authorization-request`, async () => {
    const fields = { request: await request(), client_id: other.id };
    refused(await client.app.post('/oidc/backchannel', fields), /^invalid_(client|request(_object)?)$/);
  });

  it(`${PREFIX}refresh-token`, async () => {
    const id = await asked({ scope: 'openid offline_access' });
    await answer('approve');
    const { body } = await poll(id);
    const again = await client.refresh(body['refresh_token'] as string);
    expect(again.status).toBe(200);
    refused(await other.refresh(body['refresh_token'] as string), /^invalid_grant$/);
  });

  it(`${PREFIX}ensure-mtls-holder-of-key-required`, async () => {
    const id = await asked();
    await answer('approve');
    const fields: Values = { grant_type: CIBA_GRANT, auth_req_id: id, client_id: client.id };
    if (variant.authentication === 'key') Object.assign(fields, await assertion());
    refused(await client.app.send('POST', '/oidc/token', fields, {}), /^invalid_(client|grant|request)$/);
  });

  const assertion = async (by = client.key, aud = suite.server.url): Promise<Values> => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await by.assertion(client.id, suite.server.url, { aud }),
  });

  if (variant.authentication === 'key') {
    it(`${PREFIX}ensure-without-client-assertion-in-token-endpoint-request`, async () => {
      const fields = { grant_type: CIBA_GRANT, auth_req_id: await asked(), client_id: client.id };
      refused(await client.app.send('POST', '/oidc/token', fields, client.certificate), /^invalid_client$/);
    });

    it(`${PREFIX}ensure-without-client-assertion-in-backchannel-authorization-request`, async () => {
      const fields = { request: await request(), client_id: client.id };
      refused(
        await client.app.send('POST', '/oidc/backchannel', fields, client.certificate),
        /^invalid_client$/,
      );
    });

    it.each([
      [
        'ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails',
        'backchannel',
      ],
      ['ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails', 'token'],
    ])(`${PREFIX}%s`, async (_module, where) => {
      const signed = await assertion(new ClientKey('RS256'));
      const answered =
        where === 'token'
          ? await poll(await asked(), client, signed)
          : await client.app.post('/oidc/backchannel', { request: await request(), ...signed });
      refused(answered, /^invalid_client$/);
    });

    it(`${PREFIX}ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds`, async () => {
      const id = await asked();
      await answer('approve');
      expect((await poll(id, client, await assertion())).status).toBe(200);
    });
  }

  if (variant.mode === 'ping')
    it.each([
      ['ping-backchannel-notification-endpoint-response-has-body', 200],
      ['ping-backchannel-notification-endpoint-response-401', 401],
      ['ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry', 401],
      ['ping-backchannel-notification-endpoint-response-403', 403],
      ['ping-backchannel-notification-endpoint-return-redirect-request', 302],
    ])(`${PREFIX}%s`, async (_module, status) => {
      listener.status = status;
      const id = await asked();
      await answer('approve');
      // One, and it is not followed; the tokens are there all the same.
      expect((await listener.heard(1)).length).toBe(1);
      suite.server.clock.advance(2_000);
      await suite.server.app.get(PingDelivery).run();
      expect(await listener.heard(0)).toEqual([]);
      expect((await poll(id)).status).toBe(200);
    });
});
