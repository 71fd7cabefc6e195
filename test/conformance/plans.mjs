import { otherWays, usualWay } from './browser.mjs';
import { twice } from './clients.mjs';

const FAPI = 'fapi2-security-profile-final-test-plan[fapi_profile=plain_fapi][openid=openid_connect]';
const SIGNING =
  'fapi2-message-signing-final-test-plan[fapi_profile=plain_fapi][openid=openid_connect][fapi_request_method=signed_non_repudiation][fapi_response_mode=jarm]';
const CIBA = 'fapi-ciba-id1-test-plan[fapi_ciba_profile=plain_fapi][client_registration=static_client]';
const STATIC = '[server_metadata=discovery][client_registration=static_client]';
const RESPONSE_TYPES = [
  'code',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
];
const DYNAMIC = '[client_registration=dynamic_client]';

/** File, plan with its variants, and whose clients it uses; none: it registers its own. */
export const PLANS = [
  ['config', ['oidcc-config-certification-test-plan'], 'oidcc'],
  ['basic', [`oidcc-basic-certification-test-plan${STATIC}`], 'oidcc'],
  ['form-post-basic', [`oidcc-formpost-basic-certification-test-plan${STATIC}`], 'oidcc'],
  [
    'rp-initiated-logout',
    [
      'oidcc-rp-initiated-logout-certification-test-plan[response_type=code][client_registration=static_client]',
    ],
    'logout',
  ],
  [
    'back-channel-logout',
    [
      'oidcc-backchannel-rp-initiated-logout-certification-test-plan[response_type=code][client_registration=static_client]',
    ],
    'backchannel',
  ],
  [
    'dynamic',
    [
      ...RESPONSE_TYPES.map((type) => `oidcc-dynamic-certification-test-plan[response_type=${type}]`),
      'oidcc-3rdparty-init-login-certification-test-plan[response_type=code]',
      `oidcc-basic-certification-test-plan[server_metadata=discovery]${DYNAMIC}`,
    ],
    undefined,
  ],
  [
    'legacy',
    [
      `oidcc-implicit-certification-test-plan${STATIC}`,
      `oidcc-hybrid-certification-test-plan${STATIC}`,
      `oidcc-formpost-implicit-certification-test-plan${STATIC}`,
      `oidcc-formpost-hybrid-certification-test-plan${STATIC}`,
    ],
    'legacy',
  ],
  ['fapi2-key-dpop', [`${FAPI}[client_auth_type=private_key_jwt][sender_constrain=dpop]`], 'fapi-dpop'],
  ['fapi2-key-mtls', [`${FAPI}[client_auth_type=private_key_jwt][sender_constrain=mtls]`], 'fapi-key-mtls'],
  ['fapi2-mtls', [`${FAPI}[client_auth_type=mtls][sender_constrain=mtls]`], 'fapi-mtls'],
  [
    'fapi2-signing-key-dpop',
    [`${SIGNING}[client_auth_type=private_key_jwt][sender_constrain=dpop]`],
    'signing-dpop',
  ],
  ['fapi2-signing-mtls', [`${SIGNING}[client_auth_type=mtls][sender_constrain=mtls]`], 'signing-mtls'],
  ...['poll', 'ping'].flatMap((mode) => [
    [
      `fapi-ciba-key-${mode}`,
      [`${CIBA}[client_auth_type=private_key_jwt][ciba_mode=${mode}]`],
      `ciba-${mode}`,
    ],
    [`fapi-ciba-mtls-${mode}`, [`${CIBA}[client_auth_type=mtls][ciba_mode=${mode}]`], `ciba-mtls-${mode}`],
  ]),
];

/** @returns the suite's configuration of each plan, by file name */
export function configurations({
  issuer,
  alias,
  person,
  secrets,
  privateKeys,
  certificates,
  initialAccessToken,
}) {
  const client = (id) =>
    id.match(/^(fapi|signing|ciba)/)
      ? {
          client_id: id,
          scope: 'openid profile email',
          jwks: { keys: [privateKeys[id]] },
          ...(id.startsWith('ciba') ? { hint_type: 'login_hint', hint_value: person.username } : {}),
        }
      : { client_id: id, client_secret: secrets[id], login_hint: person.username };
  const certified = ([mtls, mtls2]) => ({ mtls, mtls2 });
  return Object.fromEntries(
    PLANS.map(([file, plans, pair]) => [
      file,
      {
        alias,
        description: `Gatehouse: ${file}`,
        comment: plans.join(' '),
        server: { discoveryUrl: `${issuer}/.well-known/openid-configuration`, login_hint: person.username },
        ...(pair
          ? { client: client(twice(pair)[0]), client2: client(twice(pair)[1]) }
          : { client: registering(initialAccessToken, 1), client2: registering(initialAccessToken, 2) }),
        ...(pair === 'oidcc' ? { client_secret_post: client('post-1') } : {}),
        ...(/^fapi/.test(file) ? { resource: { resourceUrl: `${issuer}/oidc/userinfo` } } : {}),
        ...(/mtls|ciba/.test(file) ? certified(certificates) : {}),
        browser: usualWay(issuer, person),
        override: otherWays(issuer, person),
      },
    ]),
  );
}

function registering(token, number) {
  return { client_name: `Conformance ${number}`, ...(token ? { initial_access_token: token } : {}) };
}
