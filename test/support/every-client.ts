import { SignJWT, type JWTPayload } from 'jose';
import { randomUUID } from 'node:crypto';
import { certificateOf, escapedPemOf } from './certificates.js';
import { ClientKey, seconds } from './client-key.js';
import type { Manners } from './guarded-application.js';

export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export const keys = Object.fromEntries(ALGORITHMS.map((alg) => [alg, new ClientKey(alg)])) as Record<
  string,
  ClientKey
>;
const jwks = JSON.stringify({
  keys: ALGORITHMS.map((alg) => ({ ...keys[alg]!.publicJwk, use: 'sig', kid: `key-${alg}`, alg })),
});
const self = certificateOf('self');
const certificateKeys = JSON.stringify({
  keys: [{ ...self.publicKey.export({ format: 'jwk' }), x5c: [self.raw.toString('base64')] }],
});
export const SECRET = 'a-secret-that-is-long-enough-for-it';
export const CERTIFICATE = 'X-Client-Cert';
export const OLD = 'https://old.example/callback';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const CIBA = 'urn:openid:params:grant-type:ciba';

const client = (id: string, ...fields: string[]) => `
  - client_id: ${id}
    client_name: ${id}
    redirect_uris: [http://localhost:9/${id}/callback]
    first_party: true
    grant_types: [authorization_code, '${DEVICE}', '${CIBA}']
    ${fields.join('\n    ')}`;
const secret = (method: string) =>
  client(method, `client_secret: ${SECRET}`, `token_endpoint_auth_method: ${method}`);
const signed = (alg: string) =>
  client(
    `signed-${alg}`,
    `client_secret: ${SECRET}`,
    ...['id_token', 'userinfo', 'authorization', 'introspection'].map(
      (what) => `${what}_signed_response_alg: ${alg}`,
    ),
  );
/** One for each way to authenticate, with its name; one for each of our algorithms; and one of the old flows. */
export const EVERY_CLIENT = `clients:${[
  secret('client_secret_basic'),
  secret('client_secret_post'),
  secret('client_secret_jwt'),
  client('private_key_jwt', 'token_endpoint_auth_method: private_key_jwt', `jwks: ${jwks}`),
  client(
    'tls_client_auth',
    'token_endpoint_auth_method: tls_client_auth',
    'tls_client_auth_san_dns: shop.example',
  ),
  client(
    'self_signed_tls_client_auth',
    'token_endpoint_auth_method: self_signed_tls_client_auth',
    `jwks: ${certificateKeys}`,
  ),
  client('none', 'token_endpoint_auth_method: none').replace(`, '${CIBA}'`, ''),
  signed('RS256'),
  signed('ES256'),
  client(
    'old',
    `client_secret: ${SECRET}`,
    'response_types: [code, code id_token, code token, code id_token token, id_token, id_token token]',
    'response_modes: [query, fragment, form_post, web_message, jwt, query.jwt, fragment.jwt, form_post.jwt, web_message.jwt]',
  )
    .replace('[authorization_code,', '[authorization_code, implicit,')
    .replace('http://localhost:9/old/callback', OLD),
].join('')}`;

const ASSERTED = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export const assertedBy = async (issuer: string, id: string, alg: string, key: ClientKey | Buffer) => {
  const now = seconds();
  const claims: JWTPayload = {
    iss: id,
    sub: id,
    aud: issuer,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
  };
  const jwt = new SignJWT(claims).setProtectedHeader({ alg });
  const client_assertion = await jwt.sign(key instanceof ClientKey ? key.privateKey : key);
  return { client_assertion_type: ASSERTED, client_assertion };
};

/** Every way to authenticate, with each algorithm of it. */
export async function ways(issuer: string): Promise<[method: string, manners: Manners][]> {
  const shared = { client_secret: SECRET };
  const basic = (id: string) => `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}`;
  const single: Record<string, Manners> = {
    client_secret_basic: { headers: { Authorization: basic('client_secret_basic') } },
    client_secret_post: { fields: shared },
    client_secret_jwt: {
      fields: await assertedBy(issuer, 'client_secret_jwt', 'HS256', Buffer.from(SECRET)),
    },
    tls_client_auth: { headers: { [CERTIFICATE]: escapedPemOf('shop') } },
    self_signed_tls_client_auth: { headers: { [CERTIFICATE]: escapedPemOf('self') } },
    none: {},
  };
  const byKey = ALGORITHMS.map(async (alg): Promise<[string, Manners]> => {
    return ['private_key_jwt', { fields: await assertedBy(issuer, 'private_key_jwt', alg, keys[alg]!) }];
  });
  return [...Object.entries(single), ...(await Promise.all(byKey))];
}
