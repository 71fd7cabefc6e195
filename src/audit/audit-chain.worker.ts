import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { SECOND } from '../kernel/clock.js';
import { AuditChain, ChainBroken } from './audit-chain.service.js';

const INTERVAL = SECOND;

/** Chains the audit log while the server runs. Nothing waits for it; what fails is tried again. */
@Injectable()
export class AuditChainWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private trouble: string | undefined;

  constructor(
    private readonly chain: AuditChain,
    private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    // A command in the shell has the same modules, and no adapter: the server chains what it notes.
    if (!this.host.httpAdapter) return;
    this.timer = setInterval(() => {
      this.running ??= this.attempt().finally(() => (this.running = undefined));
    }, INTERVAL).unref();
  }

  /** Before the database is closed. */
  beforeApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await this.running;
  }

  private async attempt(): Promise<void> {
    try {
      await this.chain.run(this.stopping.signal);
      this.trouble = undefined;
    } catch (error) {
      this.tell(error as Error);
    }
  }

  /** Once for each cause: it comes back every second. */
  private tell(error: Error): void {
    if (this.trouble === error.message) return;
    this.trouble = error.message;
    if (error instanceof ChainBroken) this.logger.error(`the audit log is not whole: ${error.message}`);
    else this.logger.warn(`the audit log is chained later: ${error.message}`);
  }
}
