import type { ClientMistake } from './client-rules.js';
import type { Declaration } from './clients-file.js';
import { formOfTokens, type Api } from './declarations.service.js';

/**
 * Profiles for clients that guard more than most: FAPI 2.0 Security Profile, and with Message Signing. The field `profile`
 * switches everything on that a profile needs; what contradicts it is a mistake, in the file and wherever else a client
 * comes from.
 */
export const PROFILES = ['fapi2-security', 'fapi2-message-signing'] as const;

/** FAPI 2.0 Security Profile, section 5.4.1. */
export const PROFILE_ALGORITHMS = ['PS256', 'ES256', 'EdDSA'];
/** JARM: the answer is signed, whatever way it takes. */
export const SIGNED_RESPONSE_MODES = ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'];
/** Section 5.3.2.1: a client proves who it is with a key of its own. */
export const KEY_METHODS = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'];
/** Bytes of the modulus. */
const LEAST_RSA = 256;

type Fields = Record<string, unknown>;

export const signsMessages = (profile: unknown): boolean => profile === 'fapi2-message-signing';

/** What the profile sets, unless the client says it itself (and then it must be within the profile). */
export function demandedByProfile(fields: Fields): Fields {
  const { profile } = fields;
  if (profile === undefined) return {};
  const binding = ['dpop_bound_access_tokens', 'tls_client_certificate_bound_access_tokens'];
  const byCertificate = String(fields['token_endpoint_auth_method']).endsWith('tls_client_auth');
  return {
    require_pkce: true,
    require_pushed_authorization_requests: true,
    id_token_signed_response_alg: 'ES256',
    authorization_signed_response_alg: 'ES256',
    introspection_signed_response_alg: 'ES256',
    ...(binding.some((field) => fields[field] === true) ? {} : { [binding[byCertificate ? 1 : 0]!]: true }),
    ...(signsMessages(profile)
      ? { require_signed_request_object: true, response_modes: SIGNED_RESPONSE_MODES }
      : {}),
    ...given(fields),
  };
}

function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What contradicts the profile of a client; nothing where it has none. */
export function profileMistakes(fields: Fields): ClientMistake[] {
  const { profile } = fields;
  if (profile === undefined) return [];
  const all = demandedByProfile(fields);
  return [...values(all), ...switches(all), ...(method(all) ?? []), ...keys(all), ...addresses(all)].map(
    ({ field, what }) => ({ ...(field ? { field } : {}), what: `profile ${profile as string}: ${what}` }),
  );
}

/** FAPI 2.0 Security Profile, section 5.4.1, for access tokens: signed with RS256, an API's are outside of every profile. */
export function isOutsideProfile(profile: unknown, { format, algorithm }: Pick<Api, 'format' | 'algorithm'>) {
  return profile !== undefined && format === 'jwt' && !PROFILE_ALGORITHMS.includes(algorithm);
}

interface ApiFields {
  readonly profile?: string;
  readonly apis?: string[];
  readonly token_exchange?: { readonly audiences?: string[] };
}

/** What contradicts the profile of a client in the APIs that it asks for, or exchanges tokens for. */
export function profileApiMistakes(fields: Fields, declarations: readonly Declaration[]): ClientMistake[] {
  const { profile, apis = [], token_exchange: exchange } = fields as ApiFields;
  const { audiences = [] } = exchange ?? {};
  const wrong = declarations.find(
    ({ kind, name, body }) =>
      kind === 'apis' &&
      [...apis, ...audiences].includes(name) &&
      isOutsideProfile(profile, formOfTokens(body)),
  );
  if (!wrong) return [];
  const { algorithm } = formOfTokens(wrong.body);
  const mend = 'let that API say access_token_signed_response_alg: ES256, or access_token_format: opaque';
  return [
    {
      field: apis.includes(wrong.name) ? 'apis' : 'token_exchange',
      what: `profile ${profile}: access tokens for "${wrong.name}" are signed with ${algorithm}; ${mend}`,
    },
  ];
}

/** Fields of which each value must be one of a few. */
function values(fields: Fields): ClientMistake[] {
  const allowed: Record<string, readonly string[]> = {
    response_types: ['code'],
    ...(signsMessages(fields['profile']) ? { response_modes: SIGNED_RESPONSE_MODES } : {}),
  };
  for (const field of Object.keys(fields)) if (field.endsWith('_alg')) allowed[field] = PROFILE_ALGORITHMS;
  return Object.entries(allowed).flatMap(([field, choices]) => {
    const wrong = [fields[field] ?? []].flat().find((value) => !choices.includes(value as string));
    return wrong === undefined
      ? []
      : [{ field, what: `${field} cannot be "${wrong as string}"; possible: ${choices.join(', ')}` }];
  });
}

/** What cannot be switched off. */
function switches(fields: Fields): ClientMistake[] {
  const needed = ['require_pkce', 'require_pushed_authorization_requests'];
  if (signsMessages(fields['profile'])) needed.push('require_signed_request_object');
  const off = needed
    .filter((field) => fields[field] === false)
    .map((field) => ({ field, what: `${field} cannot be false: leave it out` }));
  const bound = fields['dpop_bound_access_tokens'] || fields['tls_client_certificate_bound_access_tokens'];
  return bound
    ? off
    : [
        ...off,
        { what: 'tokens must be bound by DPoP or a client certificate: leave dpop_bound_access_tokens out' },
      ];
}

function method(fields: Fields): ClientMistake[] | undefined {
  const chosen = (fields['token_endpoint_auth_method'] as string | undefined) ?? 'client_secret_basic';
  if (KEY_METHODS.includes(chosen)) return undefined;
  const field = fields['token_endpoint_auth_method'] ? 'token_endpoint_auth_method' : undefined;
  return [
    {
      ...(field ? { field } : {}),
      what: `token_endpoint_auth_method cannot be ${chosen}: write ${KEY_METHODS.join(', ')}`,
    },
  ];
}

function keys(fields: Fields): ClientMistake[] {
  const set = fields['jwks'] as { keys?: { kty?: string; n?: string }[] } | undefined;
  const mistakes: ClientMistake[] = [];
  if (signsMessages(fields['profile']) && !set && !fields['jwks_uri'])
    mistakes.push({ what: 'jwks or jwks_uri is missing: the keys that its requests are signed with' });
  const short = Array.isArray(set?.keys)
    ? set.keys.find(({ kty, n }) => kty === 'RSA' && Buffer.from(n ?? '', 'base64url').length < LEAST_RSA)
    : undefined;
  if (short) mistakes.push({ field: 'jwks', what: 'jwks: an RSA key must have 2048 bits or more' });
  return mistakes;
}

/** Section 5.3.2.2: what is sent there can be used by whoever reads it on the way. */
function addresses(fields: Fields): ClientMistake[] {
  return ['redirect_uris', 'jwks_uri'].flatMap((field) => {
    const plain = [fields[field] ?? []].flat().find((uri) => !/^https:/i.test(uri as string));
    return plain === undefined
      ? []
      : [{ field, what: `${field}: use https: instead of "${plain as string}"` }];
  });
}
