import { createHash, randomBytes } from 'node:crypto';
import type { Browser } from './browser.js';
import type { TestServer } from './server.js';

export interface Tokens {
  readonly status: number;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly error?: string;
  readonly claims: Record<string, unknown>;
}

/** A relying application, as plain requests: for tests about the server. Real client libraries are in relying-apps/. */
export class Application {
  readonly codeVerifier = randomBytes(32).toString('base64url');
  readonly state = randomBytes(8).toString('base64url');
  readonly nonce = randomBytes(8).toString('base64url');

  constructor(
    private readonly server: TestServer,
    readonly clientId: string,
    /** Of one that the tests' clients file does not have. */
    private readonly ownSecret = '',
    /** Of one whose id is not known before it registers. */
    private readonly ownRedirectUri?: string,
  ) {}

  get redirectUri(): string {
    return this.ownRedirectUri ?? `http://localhost:9/${this.clientId}/callback`;
  }

  get secret(): string {
    const known: Record<string, string> = {
      notes: 'notes-secret-of-thirty-two-chars',
      photos: 'photos-secret-of-thirty-two-char',
      bank: 'bank-secret-of-thirty-two-chars!',
      calendar: '',
    };
    return known[this.clientId] ?? this.ownSecret;
  }

  /** The authorization request; `null` leaves a parameter out. */
  authorizationUrl(extra: Record<string, string | null> = {}): string {
    const params: Record<string, string | null> = {
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid profile email',
      state: this.state,
      nonce: this.nonce,
      code_challenge: createHash('sha256').update(this.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...extra,
    };
    const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== null);
    return `${this.server.url}/oidc/auth?${new URLSearchParams(given).toString()}`;
  }

  /** The code that the browser was sent back with. */
  codeFrom(browser: Browser): string {
    const code = browser.sentTo?.searchParams.get('code');
    if (!code)
      throw new Error(
        `no code: ${browser.sentTo?.href ?? `${browser.page.path} ${browser.page.text.slice(0, 300)}`}`,
      );
    return code;
  }

  redeem(code: string, changed: Record<string, string> = {}): Promise<Tokens> {
    return this.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      code_verifier: this.codeVerifier,
      ...changed,
    });
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  async token(params: Record<string, string>): Promise<Tokens> {
    const { status, body } = await this.call('/oidc/token', params);
    const idToken = body['id_token'] as string | undefined;
    const claims = idToken
      ? (JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>)
      : {};
    return { status, ...body, claims };
  }

  /** A request of the application itself, authenticated as the client is registered. */
  async call(
    path: string,
    params: Record<string, string>,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers: Record<string, string> = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(params);
    if (this.clientId === 'calendar') body.set('client_id', this.clientId);
    else if (this.clientId === 'photos') {
      body.set('client_id', this.clientId);
      body.set('client_secret', this.secret);
    } else
      headers['Authorization'] =
        `Basic ${Buffer.from(`${this.clientId}:${encodeURIComponent(this.secret)}`).toString('base64')}`;
    const response = await fetch(this.server.url + path, { method: 'POST', headers, body });
    const text = await response.text();
    return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }

  async userinfo(accessToken: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.server.url}/oidc/userinfo`, {
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    const text = await response.text();
    return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }
}
