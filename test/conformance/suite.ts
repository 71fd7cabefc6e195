import { createHash, randomBytes } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { Person } from '../support/people.js';
import { TestServer, type ServerOptions } from '../support/server.js';
import { otherWays, usualWay, type Way } from './browser.mjs';
import { clientsFile, plainIds, type Setup } from './clients.mjs';
import { fillIn } from './person.mjs';
import { ALIAS, SUITE, SuiteBrowser } from './suite-browser.js';

export type Values = Record<string, string>;
export type Json = Record<string, unknown>;
export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
}

export const CALLBACK = `${SUITE}/test/a/${ALIAS}/callback`;
const SETTINGS = { GATEHOUSE_LEGACY_FLOWS: 'on', GATEHOUSE_INTERNAL_BACKCHANNEL: 'on' };
const secrets = Object.fromEntries(plainIds.map((id) => [id, randomBytes(32).toString('base64url')]));
const verifier = randomBytes(32).toString('base64url');

/** A module of the suite at work: its server, its browser, and the clients that stand in the documented clients file. */
export class Suite {
  readonly person: Person = {
    username: 'conformance',
    email: 'conformance@example.org',
    password: 'suite of many small questions',
  };
  server!: TestServer;
  browser!: SuiteBrowser;
  private keys!: JSONWebKeySet;

  /** @param more what the plan needs beside the plain clients */
  static async start(more: Partial<Setup> = {}, options: ServerOptions = {}): Promise<Suite> {
    const suite = new Suite();
    suite.server = await TestServer.start({
      clients: clientsFile({ suites: [SUITE], alias: ALIAS, secrets, ...more }),
      ...options,
      env: { ...SETTINGS, ...options.env },
    });
    await suite.server.addPerson(suite.person);
    suite.keys = (await (await fetch(`${suite.server.url}/oidc/jwks`)).json()) as JSONWebKeySet;
    suite.freshBrowser();
    return suite;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  /** Each module has cookies of its own. */
  freshBrowser(): SuiteBrowser {
    return (this.browser = new SuiteBrowser(this.server));
  }

  /** Every claim there is, as docs/conformance.md has them filled in. */
  fillIn(): Promise<void> {
    return fillIn(this.server.url, this.person);
  }

  ways(module = ''): Way[] {
    const { person, server } = this;
    return otherWays(server.url, person)[module]?.browser ?? usualWay(server.url, person);
  }

  /** Parameters as the suite sends them; an empty text leaves one out. */
  params(clientId: string, extra: Values = {}): Values {
    const params: Values = {
      client_id: clientId,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      state: randomBytes(8).toString('base64url'),
      nonce: randomBytes(8).toString('base64url'),
      ...extra,
    };
    return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''));
  }

  url(params: Values, path = '/oidc/auth'): string {
    return `${this.server.url}${path}?${new URLSearchParams(params).toString()}`;
  }

  /** Sends the browser to the authorization endpoint. @returns what arrives at the application */
  async authorize(params: Values, module = '', method: 'GET' | 'POST' = 'GET'): Promise<URLSearchParams> {
    const at = await this.browser.go(this.url(params), this.ways(module), method);
    if (!at) throw new Error(`not sent back: ${this.browser.browser.page.text.slice(0, 300)}`);
    if (at.origin + at.pathname !== CALLBACK) throw new Error(`sent to ${at.href}`);
    return new URLSearchParams(at.hash ? at.hash.slice(1) : at.search);
  }

  /** A whole sign-in with the code flow. */
  async signIn(clientId: string, extra: Values = {}, module = ''): Promise<SignedIn> {
    const params = this.params(clientId, extra);
    const answer = await this.authorize(params, module);
    if (!answer.get('code')) throw new Error(`no code: ${answer.toString()}`);
    if (answer.get('state') !== (params['state'] ?? null)) throw new Error('another state');
    const tokens = await this.redeem(clientId, answer.get('code')!);
    if (tokens.status !== 200) throw new Error(tokens.text);
    const claims = await this.verified(tokens.body['id_token'] as string, clientId, params['nonce']);
    return { params, answer, code: answer.get('code')!, tokens: tokens.body, claims };
  }

  redeem(clientId: string, code: string, extra: Values = {}): Promise<Answer> {
    return this.token(clientId, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      ...extra,
    });
  }

  token(clientId: string, fields: Values): Promise<Answer> {
    const secret = secrets[clientId]!;
    return clientId.startsWith('post')
      ? this.post('/oidc/token', { client_id: clientId, client_secret: secret, ...fields })
      : this.post('/oidc/token', fields, {
          Authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
        });
  }

  async post(path: string, fields: Values, headers: Values = {}): Promise<Answer> {
    return this.answer(
      await fetch(this.server.url + path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    );
  }

  async userinfo(accessToken: string): Promise<Answer> {
    const headers = { Authorization: `Bearer ${accessToken}` };
    return this.answer(await fetch(`${this.server.url}/oidc/userinfo`, { headers }));
  }

  async answer(response: Response): Promise<Answer> {
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, text, body: isJson ? (JSON.parse(text) as Json) : {} };
  }

  /** A signed answer of the authorization endpoint (JARM). */
  async verifiedAnswer(response: string, audience: string): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(response, createLocalJWKSet(this.keys), {
      issuer: this.server.url,
      audience,
      requiredClaims: ['exp'],
      currentDate: this.server.clock.now(),
    });
    if (protectedHeader.alg !== 'ES256') throw new Error(`signed with ${protectedHeader.alg}`);
    return payload;
  }

  /** An ID token as the suite checks each one. */
  async verified(token: string, audience: string, nonce?: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, createLocalJWKSet(this.keys), {
      issuer: this.server.url,
      audience,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: this.server.clock.now(),
    });
    if (payload['nonce'] !== nonce) throw new Error(`nonce ${String(payload['nonce'])}, not ${nonce}`);
    return payload;
  }
}

export interface SignedIn {
  readonly params: Values;
  readonly answer: URLSearchParams;
  readonly code: string;
  readonly tokens: Json;
  readonly claims: JWTPayload;
}

export const PKCE = {
  verifier,
  challenge: createHash('sha256').update(verifier).digest('base64url'),
};
