import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { SECOND } from '../kernel/clock.js';
import { Repeating } from '../kernel/repeating.js';
import { AuditChain, ChainBroken } from './audit-chain.service.js';

const INTERVAL = SECOND;

/** Chains the audit log while the server runs. Nothing waits for it; what fails is tried again. */
@Injectable()
export class AuditChainWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly stopping = new AbortController();
  private readonly repeating = new Repeating(
    () => this.chain.run(this.stopping.signal),
    (error) => this.tell(error),
  );

  constructor(
    private readonly chain: AuditChain,
    private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    // A command in the shell has the same modules, and no adapter: the server chains what it notes.
    if (this.host.httpAdapter) this.repeating.start(INTERVAL);
  }

  /** Before the database is closed. */
  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.repeating.stop();
  }

  private tell(error: Error): void {
    if (error instanceof ChainBroken) this.logger.error(`the audit log is not whole: ${error.message}`);
    else this.logger.warn(`the audit log is chained later: ${error.message}`);
  }
}
