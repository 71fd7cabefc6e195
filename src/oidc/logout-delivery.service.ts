import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AsyncResource } from 'node:async_hooks';
import { Provider } from 'oidc-provider';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { postForm, TargetRefused } from '../http/outgoing.js';
import { Clock, DAY, HOUR, MINUTE, SECOND } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { logoutWaiting } from './logout-notices.service.js';
import { logoutToken } from './logout-token.js';

interface Due {
  id: string;
  account_id: string;
  client_id: string;
  sid: string | null;
  tries: number;
  due_at: number | string;
  created_at: number | string;
}

/** What came of one try; `stopped`: this server is stopping, the try does not count. */
type Outcome = 'told' | 'stopped' | { readonly refused: string };

const INTERVAL = SECOND;
/** The transaction that wrote the notice is about to be committed. */
const SOON = 50;
const AT_ONCE = 50;
/** So many looks may overlap: an application that does not answer holds nobody else up. */
const ROUNDS = 4;
const ANSWER_WITHIN = 5 * SECOND;
/** Another instance takes over what has not been settled by then: whoever had it was killed. */
const LEASE = 30 * SECOND;
const BACK_OFF = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR];
const GIVE_UP_AFTER = DAY;

/**
 * Tells applications that a session ended (OpenID Connect Back-Channel Logout 1.0, section 2.5), until each has heard it.
 * Of several instances the one whose conditional write takes the notice sends it. It runs in the server only: what a
 * command in the shell has ended, the server tells.
 */
@Injectable()
export class LogoutDelivery implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Logout');
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private readonly rounds = new Set<Promise<void>>();

  constructor(
    private readonly config: Config,
    private readonly provider: Provider,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly host: HttpAdapterHost,
    private readonly events: Events,
  ) {}

  onApplicationBootstrap(): void {
    // A command in the shell has the same modules, and no adapter.
    if (!this.host.httpAdapter) return;
    // Bound to the context of the start: a timer that is set inside a transaction would otherwise run in it.
    const look = AsyncResource.bind(() => this.look());
    this.timer = setInterval(look, INTERVAL).unref();
    this.events.on(logoutWaiting, () => {
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

  /** Tells everyone who is due. */
  async run(): Promise<void> {
    try {
      while (!this.stopping.signal.aborted) {
        const due = await this.sql.rows<Due>(
          `SELECT id, account_id, client_id, sid, tries, due_at, created_at FROM logout_notice
           WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
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
    if (this.stopping.signal.aborted || this.rounds.size >= ROUNDS) return;
    const round: Promise<void> = this.run().finally(() => this.rounds.delete(round));
    this.rounds.add(round);
  }

  private async settle(notice: Due): Promise<void> {
    const tries = notice.tries + 1;
    const lease = this.now() + LEASE;
    const mine = await this.sql.run(
      `UPDATE logout_notice SET due_at = ? WHERE id = ? AND due_at = ? AND state = 'waiting'`,
      lease,
      notice.id,
      Number(notice.due_at),
    );
    if (mine !== 1) return;
    const outcome = await this.tell(notice);
    if (outcome === 'told') return this.close(notice.id, 'told');
    if (outcome === 'stopped') return this.again(notice.id, lease, notice.tries, this.now());
    const next = this.now() + (BACK_OFF[tries - 1] ?? BACK_OFF.at(-1)!);
    const isLast = next > Number(notice.created_at) + GIVE_UP_AFTER;
    const facts = {
      client_id: notice.client_id,
      reason: outcome.refused,
      tries,
      ...(isLast ? { givenUp: true } : {}),
    };
    this.logger.warn(`an application was not told of a sign-out ${JSON.stringify(facts)}`);
    return isLast ? this.close(notice.id, 'failed') : this.again(notice.id, lease, tries, next);
  }

  private async tell({ id, account_id, client_id, sid }: Due): Promise<Outcome> {
    try {
      const client = await this.provider.Client.find(client_id);
      if (!client?.backchannelLogoutUri)
        return { refused: 'it is not a client any more, or has no address to be told at' };
      const token = await logoutToken(this.provider, client, { id, accountId: account_id, sid });
      const status = await postForm(
        new URL(client.backchannelLogoutUri),
        { logout_token: token },
        {
          internal: this.config.internalBackchannel,
          signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ANSWER_WITHIN)]),
        },
      );
      return status === 200 || status === 204 ? 'told' : { refused: `it answered ${status}` };
    } catch (error) {
      if (this.stopping.signal.aborted) return 'stopped';
      const hint =
        error instanceof TargetRefused ? '; GATEHOUSE_INTERNAL_BACKCHANNEL=on allows internal addresses' : '';
      return { refused: `${(error as Error).message}${hint}` };
    }
  }

  private async again(id: string, lease: number, tries: number, dueAt: number): Promise<void> {
    await this.sql.run(
      `UPDATE logout_notice SET tries = ?, due_at = ? WHERE id = ? AND due_at = ? AND state = 'waiting'`,
      tries,
      dueAt,
      id,
      lease,
    );
  }

  /** Told is told, even where another instance has taken over meanwhile. */
  private async close(id: string, state: 'told' | 'failed'): Promise<void> {
    await this.sql.run(
      `UPDATE logout_notice SET state = ?, due_at = NULL, settled_at = ? WHERE id = ? AND state = 'waiting'`,
      state,
      this.now(),
      id,
    );
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
