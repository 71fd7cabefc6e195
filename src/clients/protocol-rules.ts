import { LEGACY_RESPONSE_TYPES } from './client.fields.js';
import type { ClientMistake, ClientsFileRules } from './client-rules.js';

/** Characters: as many bytes as the hash of HS256 has (RFC 7518, section 3.2). */
const LEAST_HMAC_SECRET = 32;
const CERTIFICATE_NAMES = ['subject_dn', 'san_dns', 'san_uri', 'san_ip', 'san_email'].map(
  (name) => `tls_client_auth_${name}`,
);

type Fields = Record<string, unknown>;

/** What of the protocol a client may have only where the operator has switched it on, and what it needs then. */
export function protocolMistakes(fields: Fields, rules: ClientsFileRules): ClientMistake[] {
  return [
    ...legacy(fields, rules),
    ...webMessage(fields, rules),
    ...certificates(fields, rules),
    ...keys(fields),
  ];
}

function legacy(fields: Fields, { legacyFlows }: ClientsFileRules): ClientMistake[] {
  if (legacyFlows) return [];
  const mistakes: ClientMistake[] = [];
  const legacyValues: [string, readonly string[]][] = [
    ['response_types', LEGACY_RESPONSE_TYPES],
    ['grant_types', ['implicit']],
  ];
  for (const [field, wrong] of legacyValues) {
    const found = ((fields[field] as string[] | undefined) ?? []).find((type) => wrong.includes(type));
    if (found)
      mistakes.push({
        field,
        what: `${field}: "${found}" is a legacy flow; GATEHOUSE_LEGACY_FLOWS=on allows it`,
      });
  }
  return mistakes;
}

function webMessage(fields: Fields, rules: ClientsFileRules): ClientMistake[] {
  const field = 'response_modes';
  const wanted = ((fields[field] as string[] | undefined) ?? []).find((mode) => /^web_message/.test(mode));
  return wanted && !rules.webMessage
    ? [{ field, what: `${field}: "${wanted}" is switched off; GATEHOUSE_WEB_MESSAGE=on allows it` }]
    : [];
}

function certificates(fields: Fields, { clientCertificates }: ClientsFileRules): ClientMistake[] {
  const method = fields['token_endpoint_auth_method'] as string | undefined;
  const mistakes: ClientMistake[] = [];
  const uses = [
    ...(method?.endsWith('tls_client_auth') ? ['token_endpoint_auth_method'] : []),
    ...(fields['tls_client_certificate_bound_access_tokens'] === true
      ? ['tls_client_certificate_bound_access_tokens']
      : []),
  ];
  const [field] = uses;
  if (field && !clientCertificates)
    mistakes.push({
      field,
      what: `${field}: client certificates are not known here; set GATEHOUSE_CLIENT_CERTIFICATE_HEADER and _FROM`,
    });
  else if (method === 'tls_client_auth' && clientCertificates!.authorities.length === 0)
    mistakes.push({
      field: 'token_endpoint_auth_method',
      what: 'tls_client_auth needs GATEHOUSE_CLIENT_CERTIFICATE_CA: who issues the certificates',
    });
  const names = CERTIFICATE_NAMES.filter((name) => fields[name] !== undefined);
  if (method === 'tls_client_auth' && names.length !== 1)
    mistakes.push({ what: `tls_client_auth needs exactly one of ${CERTIFICATE_NAMES.join(', ')}` });
  if (method !== 'tls_client_auth' && names.length > 0)
    mistakes.push({
      field: names[0]!,
      what: `${names[0]} has no effect without token_endpoint_auth_method: tls_client_auth`,
    });
  if (method === 'self_signed_tls_client_auth' && !fields['jwks'] && !fields['jwks_uri'])
    mistakes.push({ what: 'self_signed_tls_client_auth needs jwks or jwks_uri: keys with their x5c' });
  return mistakes;
}

function keys(fields: Fields): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  const secret = fields['client_secret'] as string | undefined;
  if (
    fields['token_endpoint_auth_method'] === 'client_secret_jwt' &&
    secret !== undefined &&
    secret.length < LEAST_HMAC_SECRET
  )
    mistakes.push({
      field: 'client_secret',
      what: `client_secret: client_secret_jwt needs ${LEAST_HMAC_SECRET} characters or more`,
    });
  // The library verifies assertions with one secret.
  for (const field of ['previous_client_secret', 'previous_client_secret_file'])
    if (fields['token_endpoint_auth_method'] === 'client_secret_jwt' && fields[field] !== undefined)
      mistakes.push({ field, what: `${field} has no effect with client_secret_jwt: leave it out` });
  for (const field of ['require_signed_request_object', 'request_object_signing_alg'])
    if (fields[field] && !fields['jwks'] && !fields['jwks_uri'])
      mistakes.push({
        field,
        what: `${field} needs jwks or jwks_uri: the keys that requests are signed with`,
      });
  if (fields['dpop_bound_access_tokens'] && fields['tls_client_certificate_bound_access_tokens'])
    mistakes.push({
      field: 'dpop_bound_access_tokens',
      what: 'tokens are bound by DPoP or by a certificate: keep one of the two',
    });
  return mistakes;
}
