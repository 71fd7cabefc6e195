import { describe, expect, it } from '@jest/globals';
import { demandedByProfile, profileApiMistakes, profileMistakes } from './profiles.js';

const FINE = {
  client_id: 'bank',
  profile: 'fapi2-message-signing',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [{ kty: 'EC' }] },
  redirect_uris: ['https://bank.example/callback'],
};

describe('the profile of a client', () => {
  it('switches on what it needs', () => {
    expect(profileMistakes(FINE)).toEqual([]);
    expect(demandedByProfile(FINE)).toMatchObject({
      require_pkce: true,
      require_pushed_authorization_requests: true,
      require_signed_request_object: true,
      dpop_bound_access_tokens: true,
      id_token_signed_response_alg: 'ES256',
      authorization_signed_response_alg: 'ES256',
      introspection_signed_response_alg: 'ES256',
      response_modes: ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'],
    });
    const certified = { ...FINE, profile: 'fapi2-security', token_endpoint_auth_method: 'tls_client_auth' };
    const demanded = demandedByProfile(certified);
    expect(demanded).toMatchObject({ tls_client_certificate_bound_access_tokens: true });
    expect(demanded).not.toHaveProperty('dpop_bound_access_tokens');
    expect(demanded).not.toHaveProperty('require_signed_request_object');
  });

  it('is nothing where there is none', () => {
    expect([demandedByProfile({ client_id: 'a' }), profileMistakes({ client_id: 'a' })]).toEqual([{}, []]);
  });

  it.each([
    [
      { token_endpoint_auth_method: 'client_secret_basic' },
      'token_endpoint_auth_method cannot be client_secret_basic',
    ],
    [{ token_endpoint_auth_method: 'none' }, 'token_endpoint_auth_method cannot be none'],
    [{ token_endpoint_auth_method: undefined }, 'token_endpoint_auth_method cannot be client_secret_basic'],
    [
      { token_endpoint_auth_signing_alg: 'RS256' },
      'token_endpoint_auth_signing_alg cannot be "RS256"; possible: PS256',
    ],
    [{ request_object_signing_alg: 'RS256' }, 'request_object_signing_alg cannot be "RS256"'],
    [{ id_token_signed_response_alg: 'RS256' }, 'id_token_signed_response_alg cannot be "RS256"'],
    [{ require_pkce: false }, 'require_pkce cannot be false'],
    [
      { require_pushed_authorization_requests: false },
      'require_pushed_authorization_requests cannot be false',
    ],
    [{ require_signed_request_object: false }, 'require_signed_request_object cannot be false'],
    [{ dpop_bound_access_tokens: false }, 'tokens must be bound'],
    [{ response_types: ['code', 'code id_token'] }, 'response_types cannot be "code id_token"'],
    [{ response_modes: ['jwt', 'query'] }, 'response_modes cannot be "query"'],
    [{ jwks: undefined }, 'jwks or jwks_uri is missing'],
    [
      { jwks: { keys: [{ kty: 'RSA', n: Buffer.alloc(128, 1).toString('base64url') }] } },
      'an RSA key must have 2048 bits',
    ],
    [{ jwks: undefined, jwks_uri: 'http://bank.example/jwks' }, 'jwks_uri: use https:'],
    [
      { redirect_uris: ['http://localhost/callback'] },
      'redirect_uris: use https: instead of "http://localhost/callback"',
    ],
  ])('says what is outside of it: %j', (changed, what) => {
    const mistakes = profileMistakes({ ...FINE, ...changed }).map((mistake) => mistake.what);
    expect(mistakes).toEqual([expect.stringMatching(/^profile fapi2-message-signing: /)]);
    expect(mistakes[0]).toContain(what);
  });

  const api = (body: Record<string, unknown>) => ({
    kind: 'apis' as const,
    name: 'https://api.example/',
    body,
    line: 3,
  });
  const asking = { ...FINE, apis: ['https://api.example/'] };

  it.each([{}, { access_token_signed_response_alg: 'RS256' }, { access_token_format: 'jwt' }])(
    'says which API signs for it with what is outside of it: %j',
    (body) => {
      const other = { ...api({}), name: 'https://other.example/' };
      const mistakes = profileApiMistakes(asking, [other, api(body)]);
      expect(mistakes).toEqual([
        {
          field: 'apis',
          what: expect.stringMatching(
            /^profile fapi2-message-signing: access tokens for "https:\/\/api.example\/" are signed with RS256; .*: ES256/,
          ) as unknown,
        },
      ]);
    },
  );

  it('says so too of an API that it exchanges tokens for', () => {
    const exchanging = { ...FINE, token_exchange: { audiences: ['https://api.example/'] } };
    expect(profileApiMistakes(exchanging, [api({})])).toEqual([
      { field: 'token_exchange', what: expect.stringContaining('are signed with RS256') as unknown },
    ]);
    expect(profileApiMistakes(exchanging, [api({ access_token_format: 'opaque' })])).toEqual([]);
  });

  it('has nothing against ES256, opaque tokens, APIs that it does not ask for, and is nothing where there is none', () => {
    expect(profileApiMistakes(asking, [api({ access_token_signed_response_alg: 'ES256' })])).toEqual([]);
    expect(profileApiMistakes(asking, [api({ access_token_format: 'opaque' })])).toEqual([]);
    expect(profileApiMistakes(FINE, [api({})])).toEqual([]);
    expect(profileApiMistakes({ ...asking, profile: undefined }, [api({})])).toEqual([]);
  });
});
