import { createHash, randomBytes } from 'node:crypto';
import type { Browser } from './browser.js';
import type { ClientKey } from './client-key.js';
import type { TestServer } from './server.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

type Values = Record<string, string>;

/** How an application authenticates, and what it adds to each request of its own. */
export interface Manners {
  /** For `private_key_jwt`; absent: a public client, unless `fields` say otherwise. */
  readonly key?: ClientKey;
  readonly fields?: Values;
  readonly headers?: Values;
  readonly redirectUri?: string;
}

/** A relying application that pushes, signs and proves, by plain requests: for tests about the server. */
export class GuardedApplication {
  readonly codeVerifier = randomBytes(32).toString('base64url');
  readonly state = randomBytes(8).toString('base64url');

  constructor(
    readonly server: TestServer,
    readonly clientId: string,
    readonly manners: Manners = {},
  ) {}

  get redirectUri(): string {
    return this.manners.redirectUri ?? `http://localhost:9/${this.clientId}/callback`;
  }

  /** Parameters of an authorization request; an empty text leaves one out. */
  params(extra: Values = {}): Values {
    const params: Values = {
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      state: this.state,
      nonce: 'n-0S6_WzA2Mj',
      code_challenge: createHash('sha256').update(this.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...extra,
    };
    return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''));
  }

  url(params: Values): string {
    return `${this.server.url}/oidc/auth?${new URLSearchParams(params).toString()}`;
  }

  urlOf(requestUri: string, clientId = this.clientId): string {
    return this.url({ client_id: clientId, request_uri: requestUri });
  }

  push(params: Values = this.params(), headers: Values = {}): Promise<Answer> {
    return this.post('/oidc/par', params, headers);
  }

  /** Pushes a request. @returns its request_uri */
  async pushed(params: Values = this.params(), headers: Values = {}): Promise<string> {
    const { status, body, text } = await this.push(params, headers);
    if (status !== 201) throw new Error(`not pushed: ${status} ${text}`);
    return body['request_uri'] as string;
  }

  codeFrom(browser: Browser): string {
    const code = browser.sentTo?.searchParams.get('code');
    if (!code)
      throw new Error(
        `no code: ${browser.sentTo?.href ?? `${browser.page.path} ${browser.page.text.slice(0, 300)}`}`,
      );
    return code;
  }

  redeem(code: string, headers: Values = {}, changed: Values = {}): Promise<Answer> {
    const fields = { code, redirect_uri: this.redirectUri, code_verifier: this.codeVerifier };
    return this.post('/oidc/token', { grant_type: 'authorization_code', ...fields, ...changed }, headers);
  }

  refresh(token: string, headers: Values = {}): Promise<Answer> {
    return this.post('/oidc/token', { grant_type: 'refresh_token', refresh_token: token }, headers);
  }

  userinfo(authorization: string, headers: Values = {}): Promise<Answer> {
    return this.send('GET', '/oidc/userinfo', undefined, { Authorization: authorization, ...headers });
  }

  /** A request of the application itself, authenticated as its manners say; what is given counts more. */
  async post(path: string, params: Values, headers: Values = {}): Promise<Answer> {
    const { key, fields, headers: usual } = this.manners;
    const authentication: Values = key
      ? {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await key.assertion(this.clientId, this.server.url),
        }
      : {};
    const body = { client_id: this.clientId, ...authentication, ...fields, ...params };
    return this.send('POST', path, body, { ...usual, ...headers });
  }

  async send(method: string, path: string, body: Values | undefined, headers: Values): Promise<Answer> {
    const response = await fetch(this.server.url + path, {
      method,
      headers,
      ...(body ? { body: new URLSearchParams(body) } : {}),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      text,
    };
  }
}
