import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, TestServer } from '../support/server.js';

type Json = Record<string, unknown>;
const ISSUER = 'https://id.example.org';
/** What may stand in a discovery document: RFC 8414 and what is registered beside it, as far as there is any of it here. */
const KNOWN =
  /^(issuer|jwks_uri|service_documentation|claims_parameter_supported|request_(uri_)?parameter_supported|require_(request_uri_registration|signed_request_object|pushed_authorization_requests)|backchannel_(logout(_session)?_supported|user_code_parameter_supported|token_delivery_modes_supported|authentication_(endpoint|request_signing_alg_values_supported))|authorization_response_iss_parameter_supported|tls_client_certificate_bound_access_tokens|mtls_endpoint_aliases|client_id_metadata_document_supported|(authorization|token|userinfo|registration|introspection|revocation|end_session|device_authorization|pushed_authorization_request)_endpoint|(introspection|revocation|token)_endpoint_auth_(methods|signing_alg_values)_supported|(id_token|userinfo|introspection|authorization|request_object)_signing_alg_values_supported|(dpop|token_endpoint_auth)_signing_alg_values_supported|(acr_values|claims|claim_types|scopes|subject_types|response_types|response_modes|grant_types|code_challenge_methods|ui_locales|prompt_values|authorization_details_types)_supported)$/;

/** oidcc-config-certification-test-plan, and what other plans ask of discovery. */
describe('the modules of the config plan', () => {
  let server: TestServer;
  let at: string;
  beforeAll(async () => {
    const port = await freePort();
    at = `http://127.0.0.1:${port}`;
    server = await TestServer.start({
      behind: { publicUrl: ISSUER, port },
      clients: 'clients: []',
      env: {
        GATEHOUSE_LEGACY_FLOWS: 'on',
        GATEHOUSE_CLIENT_CERTIFICATE_HEADER: 'X-Client-Cert',
        GATEHOUSE_CLIENT_CERTIFICATE_FROM: '127.0.0.1',
      },
    });
  });
  afterAll(() => server.stop());

  const document = async (path: string) => {
    const response = await fetch(at + path);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/(jwk-set\+)?json/),
    ]);
    return (await response.json()) as Json;
  };

  it('oidcc-discovery-endpoint-verification', async () => {
    const found = await document('/.well-known/openid-configuration');
    expect(found['issuer']).toBe(ISSUER);
    expect(Object.keys(found).filter((name) => !KNOWN.test(name))).toEqual([]);
    const addresses = Object.entries(found).filter(([name]) => /(_endpoint|_uri)$/.test(name));
    expect(addresses.map(([name]) => name)).toEqual(
      expect.arrayContaining(['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri']),
    );
    for (const [name, address] of addresses)
      expect([name, address]).toEqual([name, expect.stringMatching(/^https:\/\/id\.example\.org\//)]);
    const { claims_supported: claims, ...lists } = found as Record<string, string[]>;
    for (const [name, wanted] of Object.entries({
      response_types_supported: ['code', 'id_token', 'id_token token', 'code id_token'],
      response_modes_supported: ['query', 'fragment', 'form_post', 'jwt'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      userinfo_signing_alg_values_supported: ['RS256'],
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      grant_types_supported: ['authorization_code', 'implicit', 'refresh_token'],
      scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
      ui_locales_supported: ['en'],
      code_challenge_methods_supported: ['S256'],
    }))
      expect([name, lists[name]]).toEqual([name, expect.arrayContaining(wanted)]);
    expect(lists['request_object_signing_alg_values_supported']).not.toContain('none');
    expect(lists['id_token_signing_alg_values_supported']).not.toContain('none');
    expect(claims).toEqual(expect.arrayContaining(['sub', 'name', 'address', 'phone_number', 'auth_time']));
    expect(new Set(claims).size).toBe(claims!.length);
    expect(found).toMatchObject({ claims_parameter_supported: true, request_parameter_supported: true });
    expect(found['request_uri_parameter_supported']).toBe(false);
  });

  it('oidcc-discovery-endpoint-verification: the keys', async () => {
    const { keys } = (await document('/oidc/jwks')) as { keys: Record<string, string>[] };
    expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    for (const key of keys) {
      expect(key['use']).toBe('sig');
      expect(
        Object.keys(key).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].includes(name)),
      ).toEqual([]);
      expect(Object.keys(key).filter((name) => /^x5/.test(name))).toEqual([]);
    }
  });

  it('fapi2-security-profile-final-discovery-end-point-verification', async () => {
    expect(await document('/.well-known/openid-configuration')).toMatchObject({
      authorization_response_iss_parameter_supported: true,
      pushed_authorization_request_endpoint: `${ISSUER}/oidc/par`,
      dpop_signing_alg_values_supported: expect.arrayContaining(['ES256', 'PS256']) as unknown,
      authorization_signing_alg_values_supported: expect.arrayContaining(['ES256']) as unknown,
      token_endpoint_auth_methods_supported: expect.arrayContaining([
        'private_key_jwt',
        'self_signed_tls_client_auth',
      ]) as unknown,
      token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['PS256', 'ES256']) as unknown,
      tls_client_certificate_bound_access_tokens: true,
    });
  });
});
