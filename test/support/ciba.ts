import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientKey } from './client-key.js';
import { freePort, type TestServer } from './server.js';

export const CIBA_GRANT = 'urn:openid:params:grant-type:ciba';
export const secretOf = (clientId: string) => `${clientId}-secret-of-thirty-two-characters`;

export interface CibaAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A till (asks), a call centre (is told), and a bank that demands two factors; a website that may do none of it. */
export function cibaClients(notifyAt = 'http://127.0.0.1:9/ping'): string {
  const client = (id: string, name: string, more = '') => `
  - client_id: ${id}
    client_name: ${name}
    client_secret: ${secretOf(id)}
    grant_types: ['${CIBA_GRANT}', refresh_token]${more}`;
  return `clients:${[
    client('till', 'Corner Shop Till'),
    client(
      'calls',
      'Call Centre',
      `\n    backchannel_token_delivery_mode: ping\n    backchannel_client_notification_endpoint: ${notifyAt}`,
    ),
    client('bank', 'Bank', '\n    require_second_factor: true'),
    client('post', 'Post Office', '\n    require_verified_email: true'),
  ].join('')}
  - client_id: web
    client_name: Web
    client_secret: ${secretOf('web')}
    redirect_uris: [http://localhost:9/web/callback]
`;
}

/** To be added to the clients: one for the staff alone, which calls an API for its person, and orders exactly something. */
export const STOCK = `
  - client_id: stock
    client_name: Stock Taker
    client_secret: ${secretOf('stock')}
    grant_types: ['${CIBA_GRANT}']
    apis: [https://stock.example/]
    scope: openid team stock:read
    groups: [staff]
    authorization_details_types: [order]
groups:
  - name: staff
claims:
  - name: department
    description: Your department
    attribute: department
    scopes: [team]
    id_token: true
authorization_details_types:
  - type: order
    name: An order
    fields:
      pieces: {type: number, label: Pieces, required: true}
apis:
  - identifier: https://stock.example/
    name: Stock Room
    scopes:
      - name: stock:read
        description: See what is in stock
      - name: stock:write
        description: Change what is in stock
`;

/** To be added to the clients: two of one sector, to which a person has another name than to the rest. */
export const pairwise = (keysAt: string) =>
  ['kiosk', 'stall']
    .map(
      (id) => `
  - client_id: ${id}
    client_name: ${id}
    grant_types: ['${CIBA_GRANT}']
    token_endpoint_auth_method: private_key_jwt
    jwks_uri: ${keysAt}
    subject_type: pairwise`,
    )
    .join('');

/** An application that cannot show its person a page, as plain requests (CIBA Core). */
export class BackchannelApplication {
  authReqId = '';
  constructor(
    private readonly server: TestServer,
    readonly clientId: 'till' | 'calls' | 'bank' | 'post' | 'web' | 'stock' | 'kiosk' | 'stall' = 'till',
    /** What it proves itself with, where it has no secret. */
    private readonly key?: ClientKey,
  ) {}

  /** `null` leaves a parameter out. */
  async ask(loginHint: string | null, params: Record<string, string> = {}): Promise<CibaAnswer> {
    const answer = await this.post('/oidc/backchannel', {
      scope: 'openid profile email',
      ...(loginHint === null ? {} : { login_hint: loginHint }),
      ...(this.clientId === 'calls' ? { client_notification_token: 'a-token-of-the-application' } : {}),
      ...params,
    });
    this.authReqId = (answer.body['auth_req_id'] as string | undefined) ?? '';
    return answer;
  }

  /** Asks for tokens; by then a polite application has waited. */
  async poll(changed: Record<string, string> = {}): Promise<CibaAnswer> {
    this.server.clock.advance(5_000);
    return this.pollAtOnce(changed);
  }

  pollAtOnce(changed: Record<string, string> = {}): Promise<CibaAnswer> {
    return this.post('/oidc/token', { grant_type: CIBA_GRANT, auth_req_id: this.authReqId, ...changed });
  }

  private async post(path: string, params: Record<string, string>): Promise<CibaAnswer> {
    const response = await fetch(this.server.url + path, { method: 'POST', ...(await this.proven(params)) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  private async proven(params: Record<string, string>): Promise<RequestInit> {
    if (this.key) {
      const assertion = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await this.key.assertion(this.clientId, this.server.url),
      };
      return { body: new URLSearchParams({ ...params, ...assertion }) };
    }
    const credentials = `${this.clientId}:${encodeURIComponent(secretOf(this.clientId))}`;
    const headers = { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    return { headers, body: new URLSearchParams(params) };
  }
}

/** Where an application is told that a person has answered, and may be away. */
export class PingListener {
  readonly pings: {
    readonly authorization: string | undefined;
    readonly body: string;
    readonly type: string | undefined;
  }[] = [];
  status = 204;
  /** It has heard, and says nothing. */
  silent = false;
  private server: Server | undefined;

  private constructor(readonly port: number) {}

  static async at(): Promise<PingListener> {
    return new PingListener(await freePort());
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/ping`;
  }

  async up(): Promise<void> {
    this.server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        const { authorization, 'content-type': type } = req.headers;
        this.pings.push({ authorization, body, type });
        if (this.silent) return;
        res.writeHead(this.status, this.status === 302 ? { Location: this.address } : {}).end();
      });
    });
    await new Promise<void>((listening) => this.server!.listen(this.port, '127.0.0.1', listening));
  }

  async down(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((closed) => (this.server ? this.server.close(closed) : closed(undefined)));
    this.server = undefined;
  }

  /** Waits until `count` have arrived, and a little longer for one too many. */
  async heard(count: number): Promise<PingListener['pings']> {
    for (let waited = 0; this.pings.length < count && waited < 8_000; waited += 50) await pause(50);
    await pause(150);
    return this.pings.splice(0);
  }
}
