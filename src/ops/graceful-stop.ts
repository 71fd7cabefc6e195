import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Config } from '../config/config.js';
import { SECOND } from '../kernel/clock.js';

/** Requests under way get this long; a client that never finishes its request does not hold the stop up for ever. */
const PATIENCE = 5 * SECOND;
/**
 * Longer than load balancers keep a connection that nothing goes over (60 seconds, mostly): whoever closes it first must be the
 * one who sends, or a request meets a connection that is just being closed.
 */
const KEEP_ALIVE = 75 * SECOND;

/**
 * An instance that is told to stop first says so (`/health/ready`), and answers as before until the load balancer has noticed.
 * Only then it closes, and lets end what is under way.
 */
@Injectable()
export class GracefulStop implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  isStopping = false;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.server) this.server.keepAliveTimeout = KEEP_ALIVE;
  }

  /** Nothing has been stopped before this. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    // Whoever asks now is to ask another instance the next time.
    this.server?.prependListener('request', (_, res) => (res.shouldKeepAlive = false));
    if (this.server?.listening) await pause(this.config.stopDelay);
  }

  beforeApplicationShutdown(): void {
    setTimeout(() => this.server?.closeAllConnections(), PATIENCE).unref();
  }

  private get server(): Server | undefined {
    return this.host.httpAdapter?.getHttpServer() as Server | undefined;
  }
}
