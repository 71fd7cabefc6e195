/** The clients of the plans, as the clients file declares them. */

const SCOPE = 'openid profile email address phone offline_access';
const LEGACY_TYPES = [
  'code',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
];

/** Each of them twice: the suite tries the one's codes and tokens as the other. */
export const PAIRS = ['oidcc', 'post', 'logout', 'backchannel', 'legacy'];
const FAPI_PAIRS = [
  { name: 'fapi-dpop', profile: 'fapi2-security', method: 'private_key_jwt', binding: 'dpop' },
  { name: 'fapi-key-mtls', profile: 'fapi2-security', method: 'private_key_jwt', binding: 'mtls' },
  { name: 'fapi-mtls', profile: 'fapi2-security', method: 'self_signed_tls_client_auth', binding: 'mtls' },
  { name: 'signing-dpop', profile: 'fapi2-message-signing', method: 'private_key_jwt', binding: 'dpop' },
  {
    name: 'signing-mtls',
    profile: 'fapi2-message-signing',
    method: 'self_signed_tls_client_auth',
    binding: 'mtls',
  },
  ...['poll', 'ping'].flatMap((ciba) => [
    { name: `ciba-${ciba}`, profile: 'fapi2-security', method: 'private_key_jwt', binding: 'mtls', ciba },
    {
      name: `ciba-mtls-${ciba}`,
      profile: 'fapi2-security',
      method: 'self_signed_tls_client_auth',
      binding: 'mtls',
      ciba,
    },
  ]),
];

/**
 * @param setup `suites`: where the suite may be; `alias`: the plans' alias; `secrets` and `keys` by client;
 * `certificates`: of the first and of the second client of each pair; `backchannelLogout`, `cibaNotification`: where else to tell of sign-outs and answers.
 * @returns the clients file. It is JSON, which is YAML, too.
 */
export function clientsFile({
  suites,
  alias,
  secrets,
  keys = {},
  certificates = [],
  backchannelLogout,
  cibaNotification,
}) {
  const at = (path) => suites.map((suite) => `${suite}/test/a/${alias}/${path}`);
  const common = (id) => ({
    client_id: id,
    client_name: `Conformance ${id}`,
    // What OpenID Connect Core expects: profile claims from userinfo, and PKCE not yet invented.
    id_token_claims: 'requested',
    require_pkce: false,
    scope: SCOPE,
    redirect_uris: at('callback'),
    policy_uri: 'https://suite.example/policy',
    tos_uri: 'https://suite.example/terms',
  });
  const afterSignOut = { post_logout_redirect_uris: at('post_logout_redirect') };
  const own = {
    oidcc: {},
    post: { token_endpoint_auth_method: 'client_secret_post' },
    logout: afterSignOut,
    backchannel: {
      ...afterSignOut,
      backchannel_logout_uri: backchannelLogout ?? at('backchannel_logout')[0],
      backchannel_logout_session_required: true,
    },
    legacy: {
      grant_types: ['authorization_code', 'refresh_token', 'implicit'],
      response_types: LEGACY_TYPES,
    },
  };
  const plain = PAIRS.flatMap((name) =>
    twice(name).map((id) => ({ ...common(id), client_secret: secrets[id], ...own[name] })),
  );
  const guarded = FAPI_PAIRS.flatMap(({ name, profile, method, binding, ciba }) =>
    twice(name).map((id, second) => ({
      client_id: id,
      client_name: `Conformance ${id}`,
      profile,
      token_endpoint_auth_method: method,
      ...(binding === 'mtls' ? { tls_client_certificate_bound_access_tokens: true } : {}),
      scope: 'openid profile email offline_access',
      ...(ciba
        ? {
            grant_types: ['urn:openid:params:grant-type:ciba', 'refresh_token'],
            backchannel_token_delivery_mode: ciba,
            backchannel_authentication_request_signing_alg: 'ES256',
            ...(ciba === 'ping'
              ? {
                  backchannel_client_notification_endpoint:
                    cibaNotification ?? at('ciba-notification-endpoint')[0],
                }
              : {}),
          }
        : { redirect_uris: [...at('callback'), ...at('callback?dummy1=lorem&dummy2=ipsum')] }),
      jwks: {
        keys: [keys[id], ...(method === 'private_key_jwt' ? [] : [certificates[second]])].filter(Boolean),
      },
    })),
  );
  return JSON.stringify({ clients: [...plain, ...(Object.keys(keys).length > 0 ? guarded : [])] }, null, 2);
}

export const twice = (name) => [`${name}-1`, `${name}-2`];
export const plainIds = PAIRS.flatMap(twice);
export const guardedIds = FAPI_PAIRS.flatMap(({ name }) => twice(name));
