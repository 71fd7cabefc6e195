import type { Browser } from './browser.js';
import { certificateOf, escapedPemOf, type Holder } from './certificates.js';
import { ClientKey } from './client-key.js';
import { GuardedApplication, type Answer, type Manners } from './guarded-application.js';
import type { TestServer } from './server.js';

export const ACCOUNTS = 'https://accounts.example/';
export const VAULT = 'https://vault.example/';
export const LEDGER = 'https://ledger.example/';
export const ARCHIVE = 'https://archive.example/';
export const CERTIFICATE_HEADER = 'X-Client-Cert';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const CALLBACK = 'https://bank.example/callback';

/** Behind a proxy that passes certificates on; it is on this machine. */
export const CERTIFIED = {
  GATEHOUSE_CLIENT_CERTIFICATE_HEADER: CERTIFICATE_HEADER,
  GATEHOUSE_CLIENT_CERTIFICATE_FROM: '127.0.0.0/8 ::1',
};

export const bankKey = new ClientKey();
export const apiKey = new ClientKey();

const certified = (holder: Holder) => {
  const { publicKey, raw } = certificateOf(holder);
  const jwk = { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] };
  return `token_endpoint_auth_method: self_signed_tls_client_auth\n    jwks: ${JSON.stringify({ keys: [jwk] })}`;
};
const keyed = (key: ClientKey) => `token_endpoint_auth_method: private_key_jwt\n    jwks: ${key.jwks}`;
const client = (id: string, ...lines: string[]) =>
  `\n  - client_id: ${id}\n    client_name: ${id}\n    ${lines.join('\n    ')}`;
const PROFILE = 'profile: fapi2-security';
const exchanges = (api: string, grants = '') =>
  `grant_types: [${grants}'${TOKEN_EXCHANGE}']\n    token_exchange: {audiences: [${api}]}`;
const signsIn = (api: string) =>
  `first_party: true\n    redirect_uris: [${CALLBACK}]\n    apis: [${api}]\n    ${exchanges(LEDGER, 'authorization_code, ')}`;

/**
 * Two banks, one with a key and one with a certificate, and an API for each, which goes on to the ledger: with a key, and with
 * a certificate. The till is an API that has a secret.
 */
export const KEY_EXCHANGE = `
apis:
  - identifier: ${ACCOUNTS}
    access_token_signed_response_alg: ES256
    client_id: accounts-api
    scopes: [accounts:read]
  - identifier: ${VAULT}
    access_token_format: opaque
    client_id: vault-api
    scopes: [accounts:read]
  - identifier: ${LEDGER}
    access_token_signed_response_alg: ES256
    client_id: till
    scopes: [accounts:read]
  - identifier: ${ARCHIVE}
    access_token_format: opaque
    scopes: [accounts:read]
clients:${[
  client('bank', PROFILE, keyed(bankKey), signsIn(ACCOUNTS)),
  client('lone', PROFILE, certified('self'), signsIn(VAULT)),
  client('accounts-api', 'profile: fapi2-message-signing', keyed(apiKey), exchanges(LEDGER)),
  client('vault-api', PROFILE, certified('self2'), exchanges(LEDGER)),
  client('till', 'client_secret: till-secret-of-thirty-two-characters', exchanges(ARCHIVE)),
].join('')}
`;

export const by = (holder: Holder) => ({ [CERTIFICATE_HEADER]: escapedPemOf(holder) });
export const thumbprintOf = (holder: Holder) =>
  Buffer.from(certificateOf(holder).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');

/** What a client adds to a request for tokens, so that they are bound. */
export const provenBy = async (server: TestServer, key: ClientKey) => ({
  DPoP: await key.proof('POST', `${server.url}/oidc/token`),
});

const MANNERS: Readonly<Record<string, Manners>> = {
  bank: { key: bankKey },
  'accounts-api': { key: apiKey },
  till: { fields: { client_secret: 'till-secret-of-thirty-two-characters' } },
};

export const application = (server: TestServer, id: string) =>
  new GuardedApplication(server, id, { ...MANNERS[id], redirectUri: CALLBACK });

/** @param changed an empty text leaves a parameter out */
export function exchangeBy(
  server: TestServer,
  id: string,
  token: unknown,
  headers: Record<string, string>,
  changed: Record<string, string> = {},
): Promise<Answer> {
  const params = {
    grant_type: TOKEN_EXCHANGE,
    subject_token: token as string,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    ...changed,
  };
  return application(server, id).post('/oidc/token', params, headers);
}

/** A person who is signed in gives a bank an access token for its API, which is bound as the headers say. */
export async function bound(
  server: TestServer,
  browser: Browser,
  id: 'bank' | 'lone',
  headers: () => Promise<Record<string, string>> | Record<string, string>,
): Promise<string> {
  const app = application(server, id);
  const resource = id === 'bank' ? ACCOUNTS : VAULT;
  const certificate = id === 'bank' ? {} : await headers();
  const request = await app.pushed(app.params({ scope: 'openid accounts:read', resource }), certificate);
  await browser.open(app.urlOf(request));
  const { status, body, text } = await app.redeem(app.codeFrom(browser), await headers(), { resource });
  if (status !== 200) throw new Error(text);
  return body['access_token'] as string;
}
