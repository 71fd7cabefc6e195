import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.js';
import { AuditVerification } from '../../audit/audit-verification.service.js';
import { Audit } from '../../audit/audit.service.js';
import { Clock } from '../../kernel/clock.js';
import type { Actor } from '../actor.js';
import { parsed } from './audit-export.js';

/** The last verification that a page or a program asked for, on whichever instance; what it found is an event of the log itself. */
export interface LastVerification {
  readonly id: number;
  readonly at: Date;
  readonly whole: boolean;
  readonly checked: number | undefined;
  readonly waiting: number | undefined;
  readonly head: string | undefined;
  readonly findings: readonly string[];
  readonly findingCount: number;
  /** It could not be found out. */
  readonly failure: string | undefined;
}

/** Looks whether the log is whole, beside the requests: nobody waits for a log of years, on a page or for an answer. */
@Injectable()
export class Verifications implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly stopping = new AbortController();
  private running: { readonly since: Date; readonly end: Promise<void> } | undefined;

  constructor(
    private readonly verification: AuditVerification,
    private readonly log: AuditLog,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Before the database is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running?.end;
  }

  /** Since when one runs here; undefined: none does. */
  get runningSince(): Date | undefined {
    return this.running?.since;
  }

  /** One at a time: another one would find the same. */
  start({ by }: Actor): void {
    this.running ??= { since: this.clock.now(), end: this.run(by).finally(() => (this.running = undefined)) };
  }

  async ended(): Promise<void> {
    await this.running?.end;
  }

  async last(): Promise<LastVerification | undefined> {
    const [event] = (await this.log.page({ name: 'audit.verified' }, 1)).events;
    if (!event) return undefined;
    const { findings, ...detail } = parsed(event.detail) as Partial<Omit<LastVerification, 'findings'>> & {
      findings?: { says: string }[];
    };
    return {
      id: event.id,
      at: new Date(event.at),
      whole: event.result === 'success',
      checked: detail.checked,
      waiting: detail.waiting,
      head: detail.head,
      findings: (findings ?? []).map(({ says }) => says),
      findingCount: detail.findingCount ?? 0,
      failure: detail.failure,
    };
  }

  private async run(by: string): Promise<void> {
    try {
      const { whole, checked, waiting, head, findings, findingCount } = await this.verification.verify(
        [],
        this.stopping.signal,
      );
      const detail = { by, whole, checked, waiting, head, findingCount, findings };
      await this.audit.record('audit.verified', { result: whole ? 'success' : 'failure', detail });
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const failure = (error as Error).message;
      this.logger.warn(`the audit log was not verified: ${failure}`);
      await this.audit
        .record('audit.verified', { result: 'failure', detail: { by, failure } })
        .catch(() => undefined);
    }
  }
}
