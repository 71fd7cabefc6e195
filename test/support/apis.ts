import { createRemoteJWKSet, jwtVerify, type JWTVerifyResult } from 'jose';
import { Application, type Tokens } from './application.js';
import { Browser } from './browser.js';
import { somebody } from './enrolled.js';
import type { Person } from './people.js';
import { CLIENTS, type TestServer } from './server.js';

export const ORDERS = 'https://orders.example.org/';
export const STOCK = 'https://stock.example.org/';
export const PAYROLL = 'https://payroll.example.org/';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const machine = (id: string, more: string) => `
  - client_id: ${id}
    client_secret: ${id}-secret-of-thirty-two-characters
    grant_types: [client_credentials${more.startsWith('token_exchange') ? `, ${TOKEN_EXCHANGE}` : ''}]
    ${more}`;

const exchanging = (...apis: string[]) => `token_exchange: {audiences: [${apis.join(', ')}]}`;

/** The tests' clients, three APIs, and machines. */
export const APIS = `
apis:
  - identifier: ${ORDERS}
    name: Orders
    client_id: orders-api
    access_token_lifetime: 300
    scopes:
      - name: orders:read
        description: See what you ordered
      - orders:write
  - identifier: ${STOCK}
    name: Stock
    client_id: stock-api
    access_token_format: opaque
    scopes: [stock:read, orders:read]
  - identifier: ${PAYROLL}
    access_token_signed_response_alg: ES256
    client_id: payroll-api
    scopes: [payroll:read, orders:read]
authorization_details_types:
  - type: payment
    name: A payment
    description: It is made at once
    fields:
      amount: {type: number, label: Amount, required: true, minimum: 0.01, maximum: 1000}
      currency: {type: text, label: Currency, required: true, values: [EUR, USD]}
      to: {type: text, label: To}
      locations: {type: list}
${CLIENTS.replace('client_name: Third-party Calendar', `client_name: Third-party Calendar\n    authorization_details_types: [payment]\n    apis: [${ORDERS}, ${STOCK}]`).replace('client_name: Notes', `client_name: Notes\n    apis: [${ORDERS}]`)}
${machine('warehouse', `apis: [${ORDERS}, ${STOCK}, ${PAYROLL}]`)}
${machine('meter', `apis: [${ORDERS}]\n    scope: orders:read`)}
${machine('idle', 'client_name: Idle')}
${machine('orders-api', exchanging(STOCK, PAYROLL))}
${machine('stock-api', exchanging(ORDERS))}
${machine('payroll-api', exchanging(ORDERS))}
`;

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A request of a client with a secret to one of the endpoints. */
export async function ask(
  server: TestServer,
  client: string,
  path: string,
  params: Record<string, string> | [string, string][],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const secret = encodeURIComponent(`${client}-secret-of-thirty-two-characters`);
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`,
      ...headers,
    },
    body: new URLSearchParams(params),
  });
  const text = await response.text();
  return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

export const machineToken = (
  server: TestServer,
  client: string,
  params: Record<string, string> = {},
): Promise<Answer> => ask(server, client, '/oidc/token', { grant_type: 'client_credentials', ...params });

/** @param changed an empty text leaves a parameter out */
export function exchange(
  server: TestServer,
  client: string,
  subjectToken: unknown,
  changed: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const params = {
    grant_type: TOKEN_EXCHANGE,
    subject_token: subjectToken as string,
    subject_token_type: ACCESS_TOKEN,
    ...changed,
  };
  return ask(
    server,
    client,
    '/oidc/token',
    Object.entries(params).filter(([, value]) => value !== ''),
    headers,
  );
}

export const introspect = async (
  server: TestServer,
  client: string,
  token: unknown,
): Promise<Record<string, unknown>> =>
  (await ask(server, client, '/oidc/introspection', { token: token as string })).body;

/** As an API verifies a JWT access token (RFC 9068, section 4). */
export function verify(server: TestServer, token: unknown, audience: string): Promise<JWTVerifyResult> {
  return jwtVerify(token as string, createRemoteJWKSet(new URL(`${server.url}/oidc/jwks`)), {
    issuer: server.url,
    audience,
    typ: 'at+jwt',
    requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti'],
    currentDate: server.clock.now(),
  });
}

/** What a person has let calendar do, and in which browser. */
export interface Granted {
  readonly person: Person;
  readonly accountId: string;
  readonly browser: Browser;
  readonly calendar: Application;
  readonly tokens: Tokens;
  /** The access token. */
  readonly token: string;
}

/**
 * A person lets calendar act at an API.
 * @param request what is different in the authorization request
 * @param before what is done about the person first
 */
export async function granted(
  server: TestServer,
  resource: string,
  request: Record<string, string> = {},
  before: (person: Person) => Promise<unknown> = async () => {},
): Promise<Granted> {
  const person = somebody();
  const { id: accountId } = await server.addPerson(person);
  await before(person);
  const calendar = new Application(server, 'calendar');
  const browser = new Browser(server);
  const scope = 'openid orders:read orders:write stock:read';
  await browser.open(calendar.authorizationUrl({ scope, resource, ...request }));
  await browser.enterPassword(person);
  await browser.press('submit');
  const tokens = await calendar.redeem(calendar.codeFrom(browser));
  return { person, accountId, browser, calendar, tokens, token: tokens.access_token! };
}
