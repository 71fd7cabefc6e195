import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { createServer, type Server } from 'node:http';
import { Throttle } from '../attempts/throttle.service.js';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { watchRequests } from '../http/watch-requests.js';
import { Clock } from '../kernel/clock.js';
import { PasswordHashes } from '../users/password-hash.js';
import { WebhookDeliveries } from '../webhooks/webhook-deliveries.js';

/** Serves the metrics on a port of their own, where one is set; else nothing is loaded and nothing is counted. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly config: Config,
    private readonly host: HttpAdapterHost,
    private readonly audit: Audit,
    private readonly throttle: Throttle,
    private readonly hashes: PasswordHashes,
    private readonly webhooks: WebhookDeliveries,
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { metrics } = this.config;
    // A command in the shell has the same modules, and no adapter.
    if (!metrics || !this.host.httpAdapter) return;
    const { Metrics } = await import('./metrics.js');
    const all = new Metrics(this);
    this.audit.toldTo((name, facts) => all.count(name, facts));
    watchRequests(this.host.httpAdapter.getHttpServer() as Server, (watched) => all.measure(watched));
    this.server = createServer((req, res) => {
      const found = req.url === '/metrics' && (req.method === 'GET' || req.method === 'HEAD');
      if (!found) return void res.writeHead(404).end();
      all.text().then(
        (text) =>
          res.writeHead(200, { 'Content-Type': all.contentType, 'Cache-Control': 'no-store' }).end(text),
        () => res.writeHead(500).end(),
      );
    });
    await listening(this.server, metrics);
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** What is looked at when somebody asks. */
  get sources(): MetricSources {
    const { throttle, hashes, webhooks, sql, clock } = this;
    return { throttle, hashes, webhooks, sql, clock, isSqlite: this.config.database.kind === 'sqlite' };
  }
}

export interface MetricSources {
  readonly throttle: Throttle;
  readonly hashes: PasswordHashes;
  readonly webhooks: WebhookDeliveries;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly isSqlite: boolean;
}

/** @throws what stops the start: a port that is taken */
function listening(server: Server, { port, bind }: { port: number; bind: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, bind, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
