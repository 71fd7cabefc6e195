import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Clock, SECOND } from '../kernel/clock.js';
import { Repeating } from '../kernel/repeating.js';
import { ALGORITHMS } from './algorithms.js';
import { KeyRing } from './key-ring.service.js';
import { KeyTable } from './key-table.js';
import { nextActiveAt } from './schedule.js';

/** Often enough that everybody knows within the minute (schedule.ts), also when one try fails. */
const INTERVAL = 10 * SECOND;

/**
 * Publishes the next key when it is time, follows what other instances and commands have done, and deletes keys that nobody
 * needs any more. Each instance does all of it: the table decides.
 */
@Injectable()
export class KeyRotation implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Keys');
  private readonly repeating = new Repeating(
    () => this.attempt(),
    ({ message }) => this.logger.warn(`will be tried again: ${message}`),
  );

  constructor(
    private readonly config: Config,
    private readonly ring: KeyRing,
    private readonly table: KeyTable,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    // A command in the shell has the same modules, and no adapter: it changes only what it was asked to.
    if (this.host.httpAdapter) this.repeating.start(INTERVAL);
  }

  /** Before the database is closed. */
  beforeApplicationShutdown(): Promise<void> {
    return this.repeating.stop();
  }

  /** One look at the table, and what follows from it. */
  async turn(): Promise<void> {
    await this.ring.refresh();
    const published = await this.publishWhatIsDue();
    const removed = await this.removeWhatIsOver();
    if (published || removed) await this.ring.refresh();
  }

  /** Without the database the keys still change at their time: the next one is known a day ahead. */
  private async attempt(): Promise<void> {
    try {
      await this.turn();
    } catch (error) {
      this.ring.turn();
      throw error;
    }
  }

  private async publishWhatIsDue(): Promise<boolean> {
    let changed = false;
    if (this.config.keyRotation === 0) return changed;
    for (const alg of Object.keys(ALGORITHMS)) {
      const ofAlgorithm = this.ring.keys.filter((key) => key.alg === alg);
      const activeAt = nextActiveAt(ofAlgorithm, this.clock.now().getTime(), this.config.keyRotation);
      if (activeAt === undefined) continue;
      changed = true;
      const generation = Math.max(...ofAlgorithm.map((key) => key.generation)) + 1;
      const key = await this.table.make(alg, generation, activeAt);
      if (!key) continue;
      const detail = { kid: key.kid, alg, signsFrom: new Date(activeAt).toISOString() };
      await this.audit.record('signing-key.published', { detail: { ...detail, by: 'schedule' } });
      this.logger.log(`the next signing key is published ${JSON.stringify(detail)}`);
    }
    return changed;
  }

  private async removeWhatIsOver(): Promise<boolean> {
    let changed = false;
    for (const { kid, alg } of this.ring.roles().flatMap(({ over }) => over)) {
      changed = true;
      if (!(await this.table.remove(kid))) continue;
      await this.audit.record('signing-key.removed', { detail: { kid, alg, by: 'schedule' } });
      this.logger.log(`a signing key is deleted, its last token has expired ${JSON.stringify({ kid, alg })}`);
    }
    return changed;
  }
}
