import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CLIENTS, freePort } from './server.js';

/** Something that arrived, verified or not. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly message: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** Where webhooks arrive, and which may be away. */
export class WebhookReceiver {
  readonly posts: Received[] = [];
  /** How it answers; by default that it has heard. */
  answer: (res: ServerResponse) => void = (res) => void res.writeHead(204).end();
  private server: Server | undefined;

  private constructor(readonly port: number) {}

  static async at(): Promise<WebhookReceiver> {
    return new WebhookReceiver(await freePort());
  }

  async up(): Promise<void> {
    this.server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        const message = JSON.parse(body) as Received['message'];
        this.posts.push({ path: req.url!, headers: req.headers, body, message });
        this.answer(res);
      });
    });
    await new Promise<void>((listening) => this.server!.listen(this.port, '127.0.0.1', listening));
  }

  async down(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((closed) => (this.server ? this.server.close(closed) : closed(undefined)));
    this.server = undefined;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}/${path}`;
  }

  /** Waits until `count` have arrived, and a little longer for one too many. */
  async heard(count: number): Promise<Received[]> {
    for (let waited = 0; this.posts.length < count && waited < 8_000; waited += 50) await pause(50);
    await pause(150);
    return this.posts.splice(0);
  }
}

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const NEXT_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

export interface DeclaredWebhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly secret?: string;
  readonly previous_secret?: string;
}

/** The tests' clients, and webhooks. */
export function withWebhooks(...webhooks: readonly DeclaredWebhook[]): string {
  const all = webhooks.map((each) => `  - ${JSON.stringify({ secret: SECRET, ...each })}`);
  return `${CLIENTS}\nwebhooks:\n${all.join('\n')}\n`;
}
