import { isLoopback } from '../config/parsers.js';

/** Says how to mend a value that cannot be used. */
export type Check = (value: unknown) => string | undefined;

/** What RFC 6749, appendix A.1, allows, without the space. */
export const CLIENT_ID = /^[\x21-\x7e]{1,255}$/;

export const SCOPES = ['openid', 'profile', 'email', 'offline_access'];
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'];
const ALGORITHMS = ['RS256', 'ES256'];

const aText: Check = (value) => (typeof value === 'string' && value.trim() ? undefined : 'write a text');
const aBoolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'write true or false');
const aNumber: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 ? undefined : 'write a number of seconds';
const anObject: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'write a map';
const among =
  (choices: string[]): Check =>
  (value) =>
    choices.includes(value as string) ? undefined : `write one of: ${choices.join(', ')}`;
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) ? value.map(check).find(Boolean) : 'write a list';

const aWebUrl: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URL';
  return /^https?:$/.test(new URL(value).protocol) ? undefined : 'write an http(s) URL';
};

/** OpenID Connect Back-Channel Logout 1.0, section 2.2. Plain http only inside, and only where the operator allows inside. */
const aBackchannelUri: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URL';
  const { protocol, username, password } = new URL(value);
  if (value.includes('#')) return 'leave out the fragment (#…)';
  if (username || password) return 'leave out user name and password';
  return protocol === 'https:' || protocol === 'http:' ? undefined : 'write an https: address';
};

/** RFC 9700, section 2.1: compared exactly, and never plain http but on the loopback interface. */
const aRedirectUri: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URL';
  const { protocol, hostname, hash, username, password } = new URL(value);
  if (hash || value.includes('#')) return 'leave out the fragment (#…)';
  if (username || password) return 'leave out user name and password';
  if (value.includes('*')) return 'wildcards are not possible: list each address exactly';
  if (protocol === 'http:' && !isLoopback(hostname))
    return 'use https: (plain http only for localhost, 127.0.0.1 and [::1])';
  if (/^(javascript|data|vbscript|file|blob|about):$/.test(protocol))
    return 'use an https: address or an app scheme of your own';
  return undefined;
};

const aScope: Check = (value) => {
  if (typeof value !== 'string') return 'write the scopes in one text, separated by spaces';
  const unknown = value.split(' ').filter((scope) => !SCOPES.includes(scope));
  return unknown.length > 0 ? `"${unknown[0]}" is not known; there are: ${SCOPES.join(', ')}` : undefined;
};

/** Every field a client may have, and what may stand in it. */
export const FIELDS: Record<string, Check> = {
  client_id: (value) =>
    typeof value === 'string' && CLIENT_ID.test(value)
      ? undefined
      : 'write 1 to 255 visible ASCII characters',
  client_name: aText,
  client_secret: aText,
  client_secret_file: aText,
  redirect_uris: (value) =>
    Array.isArray(value) && value.length === 0 ? 'list at least one' : listOf(aRedirectUri)(value),
  post_logout_redirect_uris: listOf(aRedirectUri),
  backchannel_logout_uri: aBackchannelUri,
  backchannel_logout_session_required: aBoolean,
  token_endpoint_auth_method: among(AUTH_METHODS),
  application_type: among(['web', 'native']),
  scope: aScope,
  jwks: anObject,
  jwks_uri: aWebUrl,
  client_uri: aWebUrl,
  policy_uri: aWebUrl,
  tos_uri: aWebUrl,
  logo_file: aText,
  id_token_signed_response_alg: among(ALGORITHMS),
  default_max_age: aNumber,
  require_auth_time: aBoolean,
  first_party: aBoolean,
  require_second_factor: aBoolean,
  require_verified_email: aBoolean,
  require_pkce: aBoolean,
};
