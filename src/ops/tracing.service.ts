import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { Config } from '../config/config.js';
import { programVersion } from '../config/version.js';
import { requestId } from '../http/request-id.js';
import { routeName } from '../http/route-name.js';
import { watchedBy } from '../kernel/tracing.js';
import type { Tracer } from './tracer.js';

/** Sends traces to a collector, where one is set; else nothing is loaded and nothing is watched. */
@Injectable()
export class TracingService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Tracing');
  private tracer: Tracer | undefined;

  constructor(
    private readonly config: Config,
    private readonly host: HttpAdapterHost,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { tracing } = this.config;
    // A command in the shell has the same modules, and no adapter.
    if (!tracing || !this.host.httpAdapter) return;
    const { Tracer } = await import('./tracer.js');
    const complain = (trouble: string) => this.logger.warn(trouble);
    this.tracer = new Tracer(tracing, { version: programVersion(), routeName, requestId, complain });
    this.tracer.watchRequests(this.host.httpAdapter.getHttpServer() as Server);
    watchedBy(this.tracer);
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.tracer) return;
    watchedBy(undefined);
    await this.tracer.stop();
  }
}
