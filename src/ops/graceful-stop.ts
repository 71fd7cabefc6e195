import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { SECOND } from '../kernel/clock.js';

/** Requests under way get this long; a client that never finishes its request does not hold the stop up for ever. */
const PATIENCE = 5 * SECOND;

@Injectable()
export class GracefulStop implements BeforeApplicationShutdown {
  constructor(private readonly host: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    setTimeout(() => server?.closeAllConnections(), PATIENCE).unref();
  }
}
