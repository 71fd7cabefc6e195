import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { database, freshPostgresql } from './database.js';
import { freePort, TestServer, type ServerOptions } from './server.js';

/** Another instance of the program, and where it is reached without the proxy. */
export interface Instance {
  readonly app: NestExpressApplication;
  readonly address: string;
}

/** Several instances on one database, whose public URL leads to the first. */
export class Instances {
  readonly others: Instance[] = [];

  private constructor(
    readonly first: TestServer,
    private readonly env: Record<string, string>,
    private readonly drop: () => Promise<void>,
  ) {}

  static async start(count: number, options: ServerOptions = {}): Promise<Instances> {
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    const env = { ...options.env, ...(fresh ? { DATABASE_URL: fresh.url } : {}) };
    const first = await TestServer.start({ ...options, env });
    const url = fresh?.url ?? `sqlite:${join(first.dataDir, 'gatehouse.sqlite')}`;
    const all = new Instances(first, { ...env, DATABASE_URL: url }, () => fresh?.drop() ?? Promise.resolve());
    while (all.others.length < count - 1) await all.startAnother();
    return all;
  }

  get all(): Instance[] {
    return [{ app: this.first.app, address: this.first.url }, ...this.others];
  }

  async startAnother(): Promise<Instance> {
    const port = await freePort();
    const app = await createApp(loadConfig(this.environment(port)), this.first.clock);
    await app.listen(port);
    const instance = { app, address: `http://localhost:${port}` };
    this.others.push(instance);
    return instance;
  }

  /** What a further process on the same data needs. */
  environment(port: number): Record<string, string> {
    return {
      GATEHOUSE_LOG_LEVEL: 'error',
      ...this.env,
      GATEHOUSE_URL: this.first.url,
      GATEHOUSE_PORT: String(port),
      GATEHOUSE_DATA_DIR: this.elsewhere,
      GATEHOUSE_SECRET: readFileSync(join(this.first.dataDir, 'secret.key'), 'utf8'),
    };
  }

  private readonly elsewhere = mkdtempSync(join(tmpdir(), 'gatehouse-others-'));

  async stop(): Promise<void> {
    for (const { app } of this.others) await app.close();
    await this.first.stop();
    await this.drop();
    rmSync(this.elsewhere, { recursive: true, force: true });
  }
}
