import type { NestExpressApplication } from '@nestjs/platform-express';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import { Accounts } from '../../src/users/accounts.service.js';
import type { Account } from '../../src/users/account.entity.js';
import { TestClock } from './clock.js';
import { database, freshPostgresql } from './database.js';
import type { Person } from './people.js';

export interface ServerOptions {
  /** Environment variables, as an operator would set them. */
  readonly env?: Record<string, string>;
  /** The clients file. */
  readonly clients?: string;
  /** The path part of the public URL. */
  readonly path?: string;
  /** The public URL and the port behind it, where a proxy of the test's stands in front. */
  readonly behind?: { readonly publicUrl: string; readonly port: number };
}

/** Browsers refuse some below it; connections that go out come from 32768 on. */
const LOWEST_PORT = 11_000;
const PORTS_OF_A_WORKER = 2_500;
const WORKERS = 8;

/** The whole program on a real database, listening on a port of its own. */
export class TestServer {
  private constructor(
    public app: NestExpressApplication,
    private readonly config: Config,
    readonly clock: TestClock,
    /** The public URL. */
    readonly url: string,
    readonly dataDir: string,
    /** What it was started with, as an operator would set it. */
    readonly env: Record<string, string>,
    private readonly cleanUp: () => Promise<void>,
  ) {}

  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const port = options.behind?.port ?? (await freePort());
    const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
    const postgresql = database === 'postgresql' ? await freshPostgresql() : undefined;
    const url = options.behind?.publicUrl ?? `http://localhost:${port}${options.path ?? ''}`;
    writeFileSync(join(dataDir, 'clients.yaml'), options.clients ?? CLIENTS);
    const env: Record<string, string> = {
      GATEHOUSE_URL: url,
      GATEHOUSE_PORT: String(port),
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_LOG_LEVEL: 'error',
      ...(postgresql ? { DATABASE_URL: postgresql.url } : {}),
      ...options.env,
    };
    const config = loadConfig(env);
    const clock = new TestClock();
    const app = await createApp(config, clock);
    await app.listen(port);
    return new TestServer(app, config, clock, url, dataDir, env, async () => {
      await postgresql?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    });
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.cleanUp();
  }

  /** Stops the program and starts it again on the same data. */
  async restart(): Promise<void> {
    await this.app.close();
    this.app = await createApp(this.config, this.clock);
    await this.app.listen(this.config.port);
  }

  /** Makes an account directly; journeys that are about registration use the page. */
  async addPerson(person: Person): Promise<Account> {
    const account = await this.app.get(Accounts).register(person);
    if (account === 'taken') throw new Error(`${person.username} exists already`);
    return account;
  }
}

/** Four applications: two of the house, one of a third party, one that demands two factors. None of them listens: tests read where they would be sent. */
export const CLIENTS = `
clients:
  - client_id: notes
    client_name: Notes
    client_secret: notes-secret-of-thirty-two-chars
    redirect_uris: [http://localhost:9/notes/callback]
    post_logout_redirect_uris: [http://localhost:9/notes]
    first_party: true
  - client_id: photos
    client_name: Photos
    client_secret: photos-secret-of-thirty-two-char
    redirect_uris: [http://localhost:9/photos/callback]
    token_endpoint_auth_method: client_secret_post
    id_token_signed_response_alg: ES256
    first_party: true
  - client_id: calendar
    client_name: Third-party Calendar
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/calendar/callback]
    policy_uri: https://calendar.example/privacy
    tos_uri: https://calendar.example/terms
  - client_id: bank
    client_name: Bank
    client_secret: bank-secret-of-thirty-two-chars!
    redirect_uris: [http://localhost:9/bank/callback]
    first_party: true
    require_second_factor: true
`;

/** Where this file has looked. */
let asked = randomInt(PORTS_OF_A_WORKER);

/** Nobody else takes it between this and the server's own listening: other workers ask elsewhere, and what goes out comes from above. */
export async function freePort(): Promise<number> {
  const first = LOWEST_PORT + (Number(process.env['JEST_WORKER_ID'] ?? 1) % WORKERS) * PORTS_OF_A_WORKER;
  for (;;) {
    const port = first + (asked++ % PORTS_OF_A_WORKER);
    if (await canBeListenedAt(port)) return port;
  }
}

function canBeListenedAt(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, () => server.close(() => resolve(true)));
  });
}
