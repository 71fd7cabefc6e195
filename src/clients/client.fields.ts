import {
  aBackchannelUri,
  aBoolean,
  aNumber,
  anHttpsUrl,
  anObject,
  aRedirectUri,
  aResource,
  aScopeName,
  aText,
  aWebUrl,
  among,
  listOf,
  matching,
  seconds,
  type Check,
  type Fields,
} from './checks.js';
import { GATEHOUSE_API, GATEHOUSE_SCOPES } from './gatehouse-api.js';
import { PROFILES } from './profiles.js';

/** What RFC 6749, appendix A.1, allows, without the space. */
export const CLIENT_ID = /^[\x21-\x7e]{1,255}$/;

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
export const CIBA_GRANT = 'urn:openid:params:grant-type:ciba';
export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The grants, by how they are written in the file. */
const GRANTS = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'implicit',
  DEVICE_GRANT,
  CIBA_GRANT,
  TOKEN_EXCHANGE_GRANT,
];
export const LEGACY_RESPONSE_TYPES = [
  'code id_token',
  'code token',
  'code id_token token',
  'id_token',
  'id_token token',
];
export const AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
];
const ALGORITHMS = ['RS256', 'ES256'];
/** Ours to verify: what applications sign with. */
const CLIENT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

const aScope: Check = (value) =>
  typeof value !== 'string'
    ? 'write the scopes in one text, separated by spaces'
    : value.split(' ').map(aScopeName).find(Boolean);

const aTokenExchange: Check = (value) => {
  if (anObject(value)) return 'write a map, for example {audiences: [https://api.example.org]}';
  const { audiences, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other) return `"${other}" is not known; there is: audiences`;
  if (!Array.isArray(audiences) || audiences.length === 0) return 'audiences: list at least one API';
  return listOf(aResource)(audiences);
};

/** Every field a client may have, and what may stand in it. How they go together: client-rules.ts. */
export const CLIENT_FIELDS: Fields = {
  client_id: matching(CLIENT_ID, 'write 1 to 255 visible ASCII characters'),
  client_name: aText,
  client_secret: aText,
  client_secret_file: aText,
  previous_client_secret: aText,
  previous_client_secret_file: aText,
  token_endpoint_auth_method: among(AUTH_METHODS),
  token_endpoint_auth_signing_alg: among([...CLIENT_ALGORITHMS, 'HS256']),
  jwks: anObject,
  jwks_uri: aWebUrl,
  tls_client_auth_subject_dn: aText,
  tls_client_auth_san_dns: aText,
  tls_client_auth_san_uri: aText,
  tls_client_auth_san_ip: aText,
  tls_client_auth_san_email: aText,
  tls_client_certificate_bound_access_tokens: aBoolean,
  dpop_bound_access_tokens: aBoolean,

  application_type: among(['web', 'native']),
  redirect_uris: (value) =>
    Array.isArray(value) && value.length === 0 ? 'list at least one' : listOf(aRedirectUri)(value),
  post_logout_redirect_uris: listOf(aRedirectUri),
  initiate_login_uri: anHttpsUrl,
  grant_types: listOf(among(GRANTS)),
  response_types: listOf(among(['code', ...LEGACY_RESPONSE_TYPES])),
  response_modes: listOf(
    among([
      'query',
      'fragment',
      'form_post',
      'web_message',
      'web_message.jwt',
      'jwt',
      'query.jwt',
      'fragment.jwt',
      'form_post.jwt',
    ]),
  ),
  scope: aScope,
  apis: listOf(aResource),
  authorization_details_types: listOf(aText),
  token_exchange: aTokenExchange,
  [GATEHOUSE_API]: (value) =>
    Array.isArray(value) && value.length === 0
      ? 'list at least one'
      : listOf(among(Object.keys(GATEHOUSE_SCOPES)))(value),
  profile: among(PROFILES),
  require_pkce: aBoolean,
  require_pushed_authorization_requests: aBoolean,
  require_signed_request_object: aBoolean,
  request_object_signing_alg: among(CLIENT_ALGORITHMS),
  authorization_signed_response_alg: among(ALGORITHMS),
  id_token_signed_response_alg: among(ALGORITHMS),
  userinfo_signed_response_alg: among(ALGORITHMS),
  introspection_signed_response_alg: among(ALGORITHMS),
  subject_type: among(['public', 'pairwise']),
  sector_identifier_uri: anHttpsUrl,

  backchannel_logout_uri: aBackchannelUri,
  backchannel_logout_session_required: aBoolean,
  backchannel_token_delivery_mode: among(['poll', 'ping']),
  backchannel_client_notification_endpoint: aBackchannelUri,
  backchannel_user_code_parameter: aBoolean,
  backchannel_authentication_request_signing_alg: among(CLIENT_ALGORITHMS),

  client_uri: aWebUrl,
  policy_uri: aWebUrl,
  tos_uri: aWebUrl,
  logo_file: aText,
  brand_color: matching(/^#[0-9a-f]{6}$/i, 'write # and six hexadecimal digits, in quotes: "#5b2a86"'),
  contacts: listOf(aText),

  default_max_age: aNumber,
  default_acr_values: listOf(aText),
  require_auth_time: aBoolean,
  access_token_lifetime: seconds(30, 86_400),
  id_token_lifetime: seconds(30, 86_400),
  refresh_token_lifetime: seconds(60, 365 * 86_400),

  first_party: aBoolean,
  id_token_claims: among(['all', 'requested']),
  consent: among(['always', 'remember', 'never']),
  groups: listOf(aText),
  require_second_factor: aBoolean,
  require_verified_email: aBoolean,
};

/** The fields that are Gatehouse's own: the provider carries them along and asks no questions. */
export const OWN_FIELDS = [
  'access_token_lifetime',
  'api_scope',
  'apis',
  'brand_color',
  'consent',
  'details_types',
  'first_party',
  GATEHOUSE_API,
  'groups',
  'id_token_claims',
  'id_token_lifetime',
  'previous_client_secret',
  'notified_by_http',
  'profile',
  'refresh_token_lifetime',
  'require_pkce',
  'require_second_factor',
  'require_verified_email',
  'token_exchange',
];
