import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CLIENTS, freePort, type TestServer } from './server.js';

/** A logout token that arrived, and was found genuine. */
export interface Told {
  readonly client: string;
  readonly header: { readonly alg: string; readonly typ?: string };
  readonly claims: JWTPayload & { readonly sid?: string; readonly events?: Record<string, unknown> };
}

/** Where applications hear that a session ended (OpenID Connect Back-Channel Logout 1.0), and may be away. */
export class LogoutListener {
  /** What has arrived, verified or not, in order. */
  readonly posts: { readonly client: string; readonly token: string; readonly type: string | undefined }[] =
    [];
  status = 200;
  private server: Server | undefined;

  private constructor(readonly port: number) {}

  static async at(): Promise<LogoutListener> {
    return new LogoutListener(await freePort());
  }

  /** The tests' clients, of which two can be told: notes, session by session, and photos. */
  get clients(): string {
    const uri = (id: string) => `backchannel_logout_uri: http://127.0.0.1:${this.port}/${id}`;
    return CLIENTS.replace(
      'client_name: Notes',
      `client_name: Notes\n    ${uri('notes')}\n    backchannel_logout_session_required: true`,
    ).replace('client_name: Photos', `client_name: Photos\n    ${uri('photos')}`);
  }

  async up(): Promise<void> {
    this.server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        this.posts.push({
          client: req.url!.slice(1),
          token: new URLSearchParams(body).get('logout_token') ?? '',
          type: req.headers['content-type'],
        });
        res.writeHead(this.status).end('{"anything": "at all"}');
      });
    });
    await new Promise<void>((listening) => this.server!.listen(this.port, '127.0.0.1', listening));
  }

  async down(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((closed) => (this.server ? this.server.close(closed) : closed(undefined)));
    this.server = undefined;
  }

  /** Waits until `count` posts have arrived, and a little longer for one too many. @returns them, verified as an application would */
  async told(server: TestServer, count: number): Promise<Told[]> {
    for (let waited = 0; this.posts.length < count && waited < 8_000; waited += 50) await pause(50);
    await pause(100);
    const jwks = (await (await fetch(`${server.url}/oidc/jwks`)).json()) as JSONWebKeySet;
    const told = this.posts.splice(0).map(async ({ client, token }) => {
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
        issuer: server.url,
        audience: client,
        typ: 'logout+jwt',
        requiredClaims: ['sub', 'iat', 'exp', 'jti', 'events'],
        currentDate: server.clock.now(),
      });
      return { client, header: protectedHeader, claims: payload };
    });
    return (await Promise.all(told)).sort((a, b) => a.client.localeCompare(b.client));
  }
}
