import { describe, expect, it } from '@jest/globals';
import { ClientKey, seconds } from '../support/client-key.js';
import type { Answer } from '../support/guarded-application.js';
import { bothClients, type FapiClient, VARIANTS } from './fapi-client.js';
import { CALLBACK, type Suite, type Values } from './suite.js';

const PREFIX = 'fapi2-security-profile-final-';
const ASSERTED = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * fapi2-security-profile-final-test-plan and fapi2-message-signing-final-test-plan: the modules about tokens, about who asks
 * for them and with which key. Those about authorization requests: fapi-requests.test.ts.
 */
describe.each(VARIANTS)('the modules of the FAPI 2.0 plans about tokens ($name)', (variant) => {
  let suite: Suite;
  let client: FapiClient;
  let other: FapiClient;
  bothClients(variant, (ready) => ({ suite, client, other } = ready));

  const refused = ({ status, body }: Answer, errors: RegExp) => {
    expect([status, body['error']]).toEqual([expect.any(Number), expect.stringMatching(errors)]);
    expect([400, 401]).toContain(status);
  };
  const redeemed = async (extra: Values = {}) => {
    const { status, body } = await client.redeem(await client.code(extra));
    expect(status).toBe(200);
    return body as { access_token: string; refresh_token?: string; id_token: string };
  };

  it(`${PREFIX}access-token-type-header-case-sensitivity`, async () => {
    const { access_token: token } = await redeemed();
    const scheme = variant.binding === 'dpop' ? 'dpop' : 'bearer';
    for (const spelling of [scheme, scheme.toUpperCase()])
      expect([spelling, (await client.userinfo(token, spelling)).status]).toEqual([spelling, 200]);
  });

  it(`${PREFIX}ensure-client-id-in-token-endpoint`, async () => {
    const changed = { client_id: other.id };
    refused(await client.redeem(await client.code(), changed), /^invalid_(client|request|grant)$/);
  });

  it(`${PREFIX}ensure-holder-of-key-required`, async () => {
    const code = await client.code();
    if (variant.binding === 'dpop')
      refused(await client.redeem(code, {}, null), /^invalid_(request|grant|dpop_proof)$/);
    else {
      const { app, key } = client;
      const fields: Values = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
      if (variant.authentication === 'key') {
        fields['client_assertion_type'] = ASSERTED;
        fields['client_assertion'] = await key.assertion(client.id, suite.server.url);
      }
      const body = { ...fields, client_id: client.id, code_verifier: app.codeVerifier };
      refused(await app.send('POST', '/oidc/token', body, {}), /^invalid_(client|grant|request)$/);
    }
  });

  it(`${PREFIX}ensure-authorization-code-is-bound-to-client`, async () => {
    refused(await other.redeem(await client.code()), /^invalid_grant$/);
  });

  it(`${PREFIX}attempt-reuse-authorization-code-after-one-second`, async () => {
    const code = await client.code();
    const { body } = await client.redeem(code);
    suite.server.clock.advance(1000);
    refused(await client.redeem(code), /^invalid_grant$/);
    expect((await client.userinfo(body['access_token'] as string)).status).toBe(401);
  });

  it(`${PREFIX}ensure-token-endpoint-fails-with-expired-auth-code`, async () => {
    const code = await client.code();
    suite.server.clock.advance(61_000);
    refused(await client.redeem(code), /^invalid_grant$/);
  });

  it(`${PREFIX}ensure-pkce-code-verifier-required`, async () => {
    const { app } = client;
    const code = await client.code();
    const proof: Values = variant.binding === 'dpop' ? { DPoP: await client.proof() } : {};
    const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
    refused(await app.post('/oidc/token', fields, proof), /^invalid_grant$/);
  });

  it(`${PREFIX}incorrect-pkce-code-verifier-rejected`, async () => {
    refused(await client.redeem(await client.code(), { code_verifier: 'x'.repeat(43) }), /^invalid_grant$/);
  });

  it(`${PREFIX}refresh-token`, async () => {
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const { refresh_token: token } = await redeemed(offline);
    const again = await client.refresh(token!);
    expect(again.status).toBe(200);
    expect((await client.userinfo(again.body['access_token'] as string)).status).toBe(200);
    refused(await other.refresh(token!), /^invalid_grant$/);
    if (variant.binding === 'dpop')
      refused(await client.refresh(token!, null), /^invalid_(request|grant|dpop_proof)$/);
    // None of it has cost the client its token.
    expect((await client.refresh(token!)).status).toBe(200);
  });

  if (variant.authentication === 'key') describe('with private_key_jwt', () => assertions());
  if (variant.binding === 'dpop') describe('with DPoP', () => proofs());

  function assertions(): void {
    const asserted = async (changed: Record<string, unknown>, by = client.key, id = client.id) => ({
      client_assertion_type: ASSERTED,
      client_assertion: await by.assertion(id, suite.server.url, changed),
    });

    it(`${PREFIX}ensure-client-assertion-in-token-endpoint`, async () => {
      const { app } = client;
      const fields = { code: await client.code(), redirect_uri: CALLBACK, code_verifier: app.codeVerifier };
      const body = { grant_type: 'authorization_code', client_id: client.id, ...fields };
      refused(await app.send('POST', '/oidc/token', body, {}), /^invalid_client$/);
    });

    it.each<[string, () => Record<string, unknown>]>([
      [
        'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails',
        () => ({ iat: seconds() - 360, exp: seconds() - 300 }),
      ],
      ['ensure-client-assertion-with-wrong-aud-fails', () => ({ aud: 'https://other.example' })],
      ['ensure-client-assertion-with-no-sub-fails', () => ({ sub: undefined })],
    ])(`${PREFIX}%s`, async (_module, claims) => {
      const code = await client.code();
      refused(await client.redeem(code, await asserted(claims())), /^invalid_(client|request|grant)$/);
    });

    it(`${PREFIX}ensure-signed-client-assertion-with-RS256-fails`, async () => {
      const code = await client.code();
      refused(await client.redeem(code, await asserted({}, new ClientKey('RS256'))), /^invalid_client$/);
    });

    it.each<[string, () => unknown]>([
      ['par-test-array-as-audience-fails', () => [suite.server.url, `${suite.server.url}/oidc/token`]],
      ['par-test-par-endpoint-url-as-audience-fails', () => `${suite.server.url}/oidc/par`],
      ['par-test-token-endpoint-url-as-audience-fails', () => `${suite.server.url}/oidc/token`],
    ])(`${PREFIX}%s`, async (_module, aud) => {
      const request = await client.request();
      refused(await client.app.push({ ...request, ...(await asserted({ aud: aud() })) }), /^invalid_client$/);
    });

    it(`${PREFIX}par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted`, async () => {
      const soon = { iat: seconds() + 8, nbf: seconds() + 8 };
      const { status } = await client.app.push({ ...(await client.request()), ...(await asserted(soon)) });
      expect(status).toBe(201);
    });

    it(`${PREFIX}par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails`, async () => {
      const later = { iat: seconds() + 70, nbf: seconds() + 70, exp: seconds() + 130 };
      refused(
        await client.app.push({ ...(await client.request()), ...(await asserted(later)) }),
        /^invalid_(client|request)$/,
      );
    });
  }

  function proofs(): void {
    const jkt = (by: ClientKey) => by.thumbprint();

    it.each<[string, () => Record<string, unknown>]>([
      // Unlike `iat`, `nbf` is held against the machine's own clock, which the tests do not move.
      [
        'check-dpop-proof-nbf-exp',
        () => ({ nbf: Math.floor(new Date().getTime() / 1000), exp: seconds() + 300 }),
      ],
      ['ensure-dpopproof-with-iat-10seconds-before-succeeds', () => ({ iat: seconds() - 10 })],
      ['ensure-dpopproof-with-iat-10seconds-after-succeeds', () => ({ iat: seconds() + 10 })],
    ])(`${PREFIX}%s`, async (_module, changed) => {
      const code = await client.code({}, { proof: await client.proof(changed(), '/oidc/par') });
      const { status } = await client.redeem(code, {}, await client.proof(changed()));
      expect(status).toBe(200);
    });

    it(`${PREFIX}ensure-mismatched-dpop-jkt-fails`, async () => {
      const proof = await client.proof({}, '/oidc/par');
      refused(
        await client.push({ dpop_jkt: await jkt(new ClientKey()) }, { proof }),
        /^invalid_(request|dpop_proof)$/,
      );
    });

    it(`${PREFIX}ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt`, async () => {
      const proof = await new ClientKey().proof('POST', `${suite.server.url}/oidc/par`);
      refused(await client.redeem(await client.code({}, { proof })), /^invalid_(grant|request|dpop_proof)$/);
    });

    it(`${PREFIX}ensure-token-endpoint-fails-with-mismatched-dpop-jkt`, async () => {
      const code = await client.code({ dpop_jkt: await jkt(new ClientKey()) });
      refused(await client.redeem(code), /^invalid_(grant|request|dpop_proof)$/);
    });

    it(`${PREFIX}ensure-dpopproof-at-par-endpoint-binding-success`, async () => {
      const code = await client.code({}, { proof: await client.proof({}, '/oidc/par') });
      expect((await client.redeem(code)).status).toBe(200);
    });

    it(`${PREFIX}ensure-dpop-auth-code-binding-success`, async () => {
      const code = await client.code({ dpop_jkt: await jkt(client.proofKey) });
      expect((await client.redeem(code)).status).toBe(200);
    });

    it(`${PREFIX}dpop-negative-tests`, async () => {
      const { access_token: token } = await redeemed();
      const url = `${suite.server.url}/oidc/userinfo`;
      const use = async (changed: Record<string, unknown>, header = {}, method = 'GET') => {
        const proof = await client.proofKey.proof(method, url, { token, ...changed }, header);
        return client.app.userinfo(`DPoP ${token}`, { DPoP: proof });
      };
      expect((await use({})).status).toBe(200);
      for (const [what, answer] of [
        ['no ath', await use({ ath: undefined })],
        ['a wrong ath', await use({ token: 'another' })],
        ['another method', await use({}, {}, 'POST')],
        ['another address', await use({ htu: `${url}/foo` })],
        ['another typ', await use({}, { typ: 'jwt' })],
        ['no typ', await use({}, { typ: undefined })],
        ['no jti', await use({ jti: undefined })],
        ['an old one', await use({ iat: seconds() - 3600 })],
        ['one of the future', await use({ iat: seconds() + 3600 })],
        ['another key', await use({}, { jwk: new ClientKey().publicJwk })],
        ['a private key', await use({}, { jwk: client.proofKey.privateKey.export({ format: 'jwk' }) })],
        ['a bearer token', await client.app.userinfo(`Bearer ${token}`)],
      ] as const)
        expect([what, [400, 401].includes(answer.status)]).toEqual([what, true]);
      const once = await client.proofKey.proof('GET', url, { token });
      expect((await client.app.userinfo(`DPoP ${token}`, { DPoP: once })).status).toBe(200);
      expect((await client.app.userinfo(`DPoP ${token}`, { DPoP: once })).status).toBe(401);
    });
  }
});
