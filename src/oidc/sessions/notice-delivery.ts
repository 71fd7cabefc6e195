import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AsyncResource } from 'node:async_hooks';
import { Sql } from '../../database/sql.js';
import { Config } from '../../config/config.js';
import { TargetRefused, type OutgoingOptions } from '../../http/outgoing.js';
import { Clock, HOUR, MINUTE, SECOND } from '../../kernel/clock.js';
import { Events, type EventKind } from '../../kernel/events.js';

/** The part of a row by which it is delivered. Times are epoch milliseconds. */
export interface DueNotice {
  readonly id: string;
  readonly tries: number;
  readonly due_at: number | string;
}

/** What is different from one outbox to another. */
export interface NoticeBox {
  readonly table: string;
  readonly columns: string;
  /** The column that says who is to be told. */
  readonly receiver: 'client_id' | 'webhook_id';
  /** That something stands in it. */
  readonly waiting: EventKind<Record<string, never>>;
  /** What did not happen, for the operator's log. */
  readonly failure: string;
  /** Whether the table has a column `last_error` for why a try was in vain. */
  readonly keepsAnswer?: true;
  /** Milliseconds for one try, fewer than a lease has. */
  readonly answerWithin?: number;
  /** So many looks may overlap: a receiver that does not answer holds nobody else up. */
  readonly rounds?: number;
}

/** It turned out that the receiver has no address to be told at, and never said that it had one. */
export const NO_ADDRESS = Symbol('no address');

/** What came of one try; `stopped`: this server is stopping, the try does not count; `cannot`: see `NO_ADDRESS`. */
export type Outcome =
  'told' | 'cannot' | 'stopped' | { readonly refused: string; readonly isFinal?: boolean };
/** The same for whoever goes through the outbox; `elsewhere`: another instance has it. */
export type Settled = 'told' | 'cannot' | 'refused' | 'stopped' | 'elsewhere';

/** An answer that another try would not change. */
export class NeverAgain {
  constructor(readonly reason: string) {}
}

const INTERVAL = SECOND;
/** The transaction that wrote the notice is about to be committed. */
const SOON = 50;
const AT_ONCE = 50;
const ROUNDS = 4;
const ANSWER_WITHIN = 5 * SECOND;
/** Another instance takes over what has not been settled by then: whoever had it was killed. */
export const LEASE = 30 * SECOND;
const BACK_OFF = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR];

@Injectable()
export class DeliveryParts {
  constructor(
    readonly config: Config,
    readonly sql: Sql,
    readonly clock: Clock,
    readonly host: HttpAdapterHost,
    readonly events: Events,
  ) {}
}

/**
 * Tells applications what stands in an outbox, until each has heard it. Of several instances the one whose conditional write
 * takes the notice sends it. It runs in the server only: what a command in the shell has caused, the server tells.
 */
export abstract class NoticeDelivery<Notice extends DueNotice>
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  protected readonly logger: Logger;
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private readonly rounds = new Set<Promise<void>>();

  protected constructor(
    private readonly box: NoticeBox,
    protected readonly parts: DeliveryParts,
    logger: string,
  ) {
    this.logger = new Logger(logger);
  }

  /** One try. @returns why it was refused; undefined: it was heard */
  protected abstract tell(
    notice: Notice,
    options: OutgoingOptions,
  ): Promise<string | NeverAgain | typeof NO_ADDRESS | undefined>;
  /** When there is no use in telling any more (epoch milliseconds). */
  protected abstract givesUpAt(notice: Notice): number;
  /** Told is told, even where another instance has taken over meanwhile. */
  protected abstract close(id: string, state: 'told' | 'failed' | 'cannot', error?: string): Promise<void>;

  onApplicationBootstrap(): void {
    // A command in the shell has the same modules, and no adapter.
    if (!this.parts.host.httpAdapter) return;
    // Bound to the context of the start: a timer that is set inside a transaction would otherwise run in it.
    const look = AsyncResource.bind(() => this.look());
    this.timer = setInterval(look, INTERVAL).unref();
    this.parts.events.on(this.box.waiting, () => {
      setTimeout(look, SOON).unref();
      return Promise.resolve();
    });
  }

  /** Before the database is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await Promise.all(this.rounds);
  }

  /** To the operator, of one try that was in vain. */
  protected complain(_notice: Notice, what: string): void {
    this.logger.warn(what);
  }

  /** Tells everyone who is due. */
  async run(): Promise<void> {
    const { table, columns } = this.box;
    try {
      while (!this.isStopping) {
        const due = await this.parts.sql.rows<Notice>(
          `SELECT id, tries, due_at, ${columns} FROM ${table} WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
          this.now(),
          AT_ONCE,
        );
        if (due.length === 0) return;
        await Promise.all(due.map((notice) => this.settle(notice)));
      }
    } catch (error) {
      this.logger.warn(`will be tried again: ${(error as Error).message}`);
    }
  }

  private look(): void {
    if (this.isStopping || this.rounds.size >= (this.box.rounds ?? ROUNDS)) return;
    const round: Promise<void> = this.run().finally(() => this.rounds.delete(round));
    this.rounds.add(round);
  }

  protected async settle(notice: Notice): Promise<Settled> {
    const lease = this.now() + LEASE;
    const taken = await this.again(notice.id, Number(notice.due_at), notice.tries, lease);
    if (!taken) return 'elsewhere';
    const outcome = await this.attempt(notice);
    if (outcome === 'told' || outcome === 'cannot') await this.close(notice.id, outcome);
    else if (outcome === 'stopped') await this.again(notice.id, lease, notice.tries, this.now());
    else await this.refused(notice, outcome, lease);
    return typeof outcome === 'string' ? outcome : 'refused';
  }

  private async refused(notice: Notice, outcome: Exclude<Outcome, string>, lease: number): Promise<void> {
    const tries = notice.tries + 1;
    const next = this.now() + (BACK_OFF[tries - 1] ?? BACK_OFF.at(-1)!);
    const isLast = outcome.isFinal === true || next > this.givesUpAt(notice);
    const { receiver } = this.box;
    const facts = {
      [receiver]: (notice as DueNotice & Record<string, unknown>)[receiver],
      reason: outcome.refused,
      tries,
      ...(isLast ? { givenUp: true } : {}),
    };
    this.complain(notice, `${this.box.failure} ${JSON.stringify(facts)}`);
    const answer = outcome.refused.slice(0, 300);
    if (isLast) await this.close(notice.id, 'failed', answer);
    else await this.again(notice.id, lease, tries, next, answer);
  }

  protected async attempt(notice: Notice): Promise<Outcome> {
    try {
      const refused = await this.tell(notice, {
        internal: this.parts.config.internalBackchannel,
        signal: AbortSignal.any([
          this.stopping.signal,
          AbortSignal.timeout(this.box.answerWithin ?? ANSWER_WITHIN),
        ]),
      });
      if (refused === NO_ADDRESS) return 'cannot';
      if (refused instanceof NeverAgain) return { refused: refused.reason, isFinal: true };
      return refused === undefined ? 'told' : { refused };
    } catch (error) {
      if (this.isStopping) return 'stopped';
      const hint =
        error instanceof TargetRefused ? '; GATEHOUSE_INTERNAL_BACKCHANNEL=on allows internal addresses' : '';
      return { refused: `${(error as Error).message}${hint}` };
    }
  }

  /** @param read when it is due as far as we know @returns whether it still is: then it is ours */
  private async again(
    id: string,
    read: number,
    tries: number,
    dueAt: number,
    error?: string,
  ): Promise<boolean> {
    const answer = this.box.keepsAnswer && error !== undefined ? [error] : [];
    const changed = await this.parts.sql.run(
      `UPDATE ${this.box.table} SET ${answer.length > 0 ? 'last_error = ?, ' : ''}tries = ?, due_at = ? WHERE id = ? AND due_at = ?`,
      ...answer,
      tries,
      dueAt,
      id,
      read,
    );
    return changed === 1;
  }

  protected get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  protected now(): number {
    return this.parts.clock.now().getTime();
  }
}

/** An answer that is none of the good ones. */
export function refusal(status: number): string | undefined {
  return status === 200 || status === 204 ? undefined : `it answered ${status}`;
}
