import { aRedirectUri } from './checks.js';
import { CLIENT_FIELDS } from './client.fields.js';
import { nameMistake, tidyName } from './client-name.js';
import { measure } from './measure.js';
import { flows, type LegacyFlows } from './registered-flows.js';

/** What depends on the server that an application registers itself with. */
export interface RegistrationRules {
  /** Scopes that the server knows at all. */
  readonly scopes: readonly string[];
  /** The server's own origin: no application is at home there. */
  readonly origin: string;
  readonly legacyFlows: LegacyFlows;
}

type Metadata = Record<string, unknown>;

/** Everything an application may say about itself. What else it says is as if it had not: first_party, consent, groups, apis … */
const MAY_SAY = new Set([
  'application_type',
  'authorization_signed_response_alg',
  'backchannel_logout_session_required',
  'backchannel_logout_uri',
  'client_name',
  'client_uri',
  'contacts',
  'default_acr_values',
  'default_max_age',
  'dpop_bound_access_tokens',
  'grant_types',
  // It only moves claims that it gets anyway from the ID token to userinfo.
  'id_token_claims',
  'id_token_signed_response_alg',
  'initiate_login_uri',
  'introspection_signed_response_alg',
  'jwks',
  'jwks_uri',
  'logo_uri',
  'policy_uri',
  'post_logout_redirect_uris',
  'redirect_uris',
  'request_object_signing_alg',
  'require_auth_time',
  'require_pushed_authorization_requests',
  'require_signed_request_object',
  'response_modes',
  'response_types',
  'scope',
  'sector_identifier_uri',
  'subject_type',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'tos_uri',
  'userinfo_signed_response_alg',
  // The server's own words, not the application's.
  'client_id',
  'client_id_issued_at',
  'client_secret',
  'client_secret_expires_at',
]);

const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];
const AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
];
const HTTPS_ONLY = [
  'backchannel_logout_uri',
  'client_uri',
  'initiate_login_uri',
  'jwks_uri',
  'logo_uri',
  'policy_uri',
  'sector_identifier_uri',
  'tos_uri',
];
const REDIRECTS = ['redirect_uris', 'post_logout_redirect_uris'];
/** Schemes that start something on a person's machine instead of an application's own window. */
const FOREIGN_SCHEMES =
  /^(chrome|chrome-extension|dict|facetime|filesystem|ftp|gopher|intent|irc|jar|ldap|livescript|mailto|mhtml|mocha|ms-[a-z-]+|moz-extension|resource|search|search-ms|sftp|shell|sip|sms|ssh|steam|tel|telnet|vbs|view-source|ws|wss|wyciwyg):$/;
const VISIBLE_ASCII = /^[\x21-\x7e]{1,2000}$/;

const MOST_CHARACTERS = 16_000;
const MOST_VALUES = 300;
const DEEPEST = 6;
const MOST_IN_A_LIST = 10;

export function maySay(field: string): boolean {
  return MAY_SAY.has(field);
}

/**
 * What an application that registered itself gets of what it asked for: no more than a third party in the clients file, and
 * of that only signing people in. `metadata` is changed where the rule is to give less (RFC 7591, section 2).
 * @param said what it said itself, without defaults
 * @returns what it has to mend; a text that begins with `redirect_uris` is about those
 */
export function restrict(metadata: Metadata, said: Metadata, rules: RegistrationRules): string | undefined {
  const { characters, values, depth } = measure(said);
  if (depth > DEEPEST) return 'the metadata is nested too deeply';
  if (characters > MOST_CHARACTERS || values > MOST_VALUES) return 'the metadata is too long';
  for (const field of Object.keys(metadata)) if (!MAY_SAY.has(field)) delete metadata[field];
  return (
    lists(metadata) ??
    name(metadata) ??
    addresses(metadata) ??
    redirection(metadata, said, rules) ??
    flows(metadata, rules.legacyFlows) ??
    authentication(metadata) ??
    scopes(metadata, rules) ??
    idTokenClaims(metadata)
  );
}

function lists(metadata: Metadata): string | undefined {
  const keys = (metadata['jwks'] as { keys?: unknown } | undefined)?.keys;
  const long = Object.entries({ ...metadata, jwks: keys }).find(
    ([, value]) => Array.isArray(value) && value.length > MOST_IN_A_LIST,
  );
  return long && `${long[0]} must not have more than ${MOST_IN_A_LIST} entries`;
}

function name(metadata: Metadata): string | undefined {
  const given = metadata['client_name'];
  if (given === undefined) return undefined;
  if (typeof given !== 'string') return 'client_name must be a string';
  metadata['client_name'] = tidyName(given);
  return nameMistake(given);
}

function addresses(metadata: Metadata): string | undefined {
  for (const field of HTTPS_ONLY) {
    const value = metadata[field];
    if (value === undefined) continue;
    if (!isVisible(value) || !URL.canParse(value)) return `${field} must be an absolute https address`;
    const { protocol, username, password } = new URL(value);
    if (protocol !== 'https:' || username || password) return `${field} must be an https address`;
  }
  return undefined;
}

function redirection(metadata: Metadata, said: Metadata, rules: RegistrationRules): string | undefined {
  for (const field of REDIRECTS) {
    const uris = metadata[field] ?? [];
    if (!Array.isArray(uris)) return `${field} must be a list`;
    for (const uri of uris as unknown[]) {
      const what = isVisible(uri)
        ? (aRedirectUri(uri) ?? foreign(uri, rules))
        : 'write an absolute URL in ASCII';
      if (what) return `${field}: ${what}`;
    }
  }
  const uris = (metadata['redirect_uris'] ?? []) as string[];
  // RFC 8252, section 7: what only an application on the person's own machine can have makes it a native one.
  const isNative = uris.some((uri) => new URL(uri).protocol !== 'https:');
  if (isNative && said['application_type'] === undefined) metadata['application_type'] = 'native';
  return isNative && metadata['application_type'] !== 'native'
    ? 'redirect_uris: use https; only application_type native may use the loopback interface or a scheme of its own'
    : undefined;
}

function foreign(uri: string, { origin }: RegistrationRules): string | undefined {
  const { protocol, origin: own } = new URL(uri);
  if (FOREIGN_SCHEMES.test(protocol)) return 'use an https: address or an app scheme of your own';
  return own === origin ? 'use an address of your own, not one of this server' : undefined;
}

function authentication({ token_endpoint_auth_method: method }: Metadata): string | undefined {
  return AUTH_METHODS.includes(method as string)
    ? undefined
    : `token_endpoint_auth_method must be one of ${AUTH_METHODS.join(', ')}`;
}

/** Without a `scope` the provider would allow every scope there is. */
function scopes(metadata: Metadata, { scopes: known }: RegistrationRules): string | undefined {
  const may = SCOPES.filter((scope) => known.includes(scope));
  const asked = metadata['scope'];
  if (asked !== undefined && typeof asked !== 'string') return 'scope must be a string';
  const given = asked === undefined ? may : asked.split(' ').filter((scope) => may.includes(scope));
  metadata['scope'] = (given.length > 0 ? [...new Set(given)] : ['openid']).join(' ');
  return undefined;
}

/** The provider asks no questions about this field: it is ours. */
function idTokenClaims({ id_token_claims: said }: Metadata): string | undefined {
  const what = said === undefined ? undefined : CLIENT_FIELDS['id_token_claims']!(said);
  return what && `id_token_claims: ${what}`;
}

function isVisible(value: unknown): value is string {
  return typeof value === 'string' && VISIBLE_ASCII.test(value);
}
