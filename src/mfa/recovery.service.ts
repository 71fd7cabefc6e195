import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock, DAY } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { roleGiven } from '../users/events.js';
import { randomToken } from '../kernel/secrets.js';
import { Outbox } from '../mail/outbox.js';
import type { Account } from '../users/account.entity.js';
import type { Kept } from '../users/events.js';
import { MailQuota } from '../users/mail-quota.js';
import { OneTimeLinks } from '../users/one-time-links.js';
import { effectiveAfterTelling } from '../users/time-to-object.js';
import { SecondFactors } from './second-factors.service.js';

/** A request that waits for an operator is forgotten after this time. */
const PATIENCE = 14 * DAY;
/** A request that may be used is open this long. */
const OPEN_FOR = 7 * DAY;

export interface RecoveryRequest {
  readonly accountId: string;
  readonly requestedAt: Date;
  /** Null: when an operator confirms it. The moment of the request: one has confirmed it. */
  readonly effectiveAt: Date | null;
  readonly ready: boolean;
}

interface Row {
  account_id: string;
  requested_at: number | string;
  effective_at: number | string | null;
}

const OPEN = 'ended_at IS NULL AND expires_at > ?';

/**
 * The way back in for somebody who knows the password and has lost every second factor: when an operator confirms it, or
 * after a delay in which each address of the account is told and can object. A sign-in with a second factor ends the request:
 * then the owner is there, and has lost nothing.
 */
@Injectable()
export class Recovery {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly links: OneTimeLinks,
    private readonly quota: MailQuota,
    private readonly secondFactors: SecondFactors,
    private readonly outbox: Outbox,
    events: Events,
  ) {
    // The help desk may have confirmed it.
    events.on(
      roleGiven,
      async ({ accountId, sql: within }) => void (await this.cancelWithin(within, accountId)),
    );
  }

  /** What is asked for already; undefined: nothing. */
  async open(accountId: string): Promise<RecoveryRequest | undefined> {
    return (await this.read('account_id = ? AND', accountId))[0];
  }

  /** Every open request, oldest first: for the operator. */
  all(): Promise<RecoveryRequest[]> {
    return this.read('');
  }

  /**
   * Asks, once: a second request changes nothing. Asked for and stopped again and again, it waits: each time every address
   * is told, and nobody has to have confirmed them. The caller has seen the password proven.
   */
  async request({ id: accountId, email }: Account): Promise<'asked' | 'too-often'> {
    if (await this.open(accountId)) return 'asked';
    if (this.outbox.isOpen && !(await this.quota.admitAccount(accountId)).admitted) return 'too-often';
    const now = this.now();
    const effectiveAt = this.config.recoveryDelay > 0 ? now + this.config.recoveryDelay : null;
    const addresses = [email, ...(await this.links.formerAddresses(accountId))];
    await this.sql.transaction(async (sql) => {
      const taken = await sql.run(
        `INSERT INTO recovery_request (id, account_id, requested_at, effective_at, expires_at, ended_at)
         SELECT ?, id, ?, ?, ?, NULL FROM account
         WHERE id = ? AND NOT EXISTS (SELECT 1 FROM recovery_request WHERE account_id = ? AND ${OPEN})`,
        randomToken(16),
        now,
        effectiveAt,
        effectiveAt === null ? now + PATIENCE : effectiveAt + OPEN_FOR,
        accountId,
        accountId,
        now,
      );
      if (taken !== 1) return;
      for (const address of new Set(addresses))
        await this.outbox.add(sql, 'recovery-requested', accountId, { email: address, effectiveAt });
    });
    return 'asked';
  }

  /** Removes every second factor, if the request may be used by now. Of any number of parallel calls one does. */
  use(account: Account, keep?: Kept): Promise<boolean> {
    const now = this.now();
    return this.secondFactors.recover(account, keep, async (sql) => {
      const [used] = await sql.rows<Row>(
        `UPDATE recovery_request SET ended_at = ? WHERE account_id = ? AND effective_at <= ? AND ${OPEN}
         RETURNING account_id, requested_at, effective_at`,
        now,
        account.id,
        now,
        now,
      );
      return used !== undefined && (await this.effectiveAt(sql, used))! <= now;
    });
  }

  /** An operator has made sure of who asks: it can be used from now on. */
  async confirm(accountId: string): Promise<'confirmed' | 'confirmed-already' | 'nothing'> {
    const now = this.now();
    const confirmed = await this.sql.run(
      `UPDATE recovery_request SET effective_at = requested_at, expires_at = ?
       WHERE account_id = ? AND (effective_at IS NULL OR effective_at <> requested_at) AND ${OPEN}`,
      now + OPEN_FOR,
      accountId,
      now,
    );
    if (confirmed > 0) return 'confirmed';
    return (await this.open(accountId)) ? 'confirmed-already' : 'nothing';
  }

  /** Ends what is asked for. False: there was nothing. */
  cancel(accountId: string): Promise<boolean> {
    return this.sql.transaction((sql) => this.cancelWithin(sql, accountId));
  }

  /** Whose request a link would cancel; undefined: the link cannot be used (any more), or there is nothing to cancel. */
  async findByLink(token: unknown): Promise<string | undefined> {
    const link = await this.links.find('cancel-recovery', token);
    return link && (await this.open(link.accountId))?.accountId;
  }

  /** @returns whose request it was; undefined: the link cannot be used (any more) */
  async cancelByLink(token: unknown): Promise<string | undefined> {
    return this.sql.transaction(async (sql) => {
      const link = await this.links.spend(sql, 'cancel-recovery', token);
      if (!link) return undefined;
      return (await this.cancelWithin(sql, link.accountId)) ? link.accountId : undefined;
    });
  }

  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      'DELETE FROM recovery_request WHERE id IN (SELECT id FROM recovery_request WHERE expires_at < ? LIMIT ?)',
      this.now(),
      limit,
    );
  }

  /** The same in the transaction of somebody who takes the account back. */
  async cancelWithin(sql: SqlRunner, accountId: string): Promise<boolean> {
    const now = this.now();
    const cancelled = await sql.run(
      `UPDATE recovery_request SET ended_at = ? WHERE account_id = ? AND ${OPEN}`,
      now,
      accountId,
      now,
    );
    if (cancelled === 0) return false;
    await this.links.endAll(sql, accountId, 'cancel-recovery');
    await this.outbox.add(sql, 'recovery-cancelled', accountId, {});
    return true;
  }

  private async read(whose: string, ...params: unknown[]): Promise<RecoveryRequest[]> {
    const now = this.now();
    const rows = await this.sql.rows<Row>(
      `SELECT account_id, requested_at, effective_at FROM recovery_request WHERE ${whose} ${OPEN} ORDER BY requested_at`,
      ...params,
      now,
    );
    return Promise.all(
      rows.map(async (row) => {
        const effectiveAt = await this.effectiveAt(this.sql, row);
        return {
          accountId: row.account_id,
          requestedAt: new Date(Number(row.requested_at)),
          effectiveAt: effectiveAt === null ? null : new Date(effectiveAt),
          ready: effectiveAt !== null && effectiveAt <= now,
        };
      }),
    );
  }

  /** Where no operator has confirmed it: not before every message has been out for long enough. Its link is made when it is sent. */
  private async effectiveAt(sql: SqlRunner, row: Row): Promise<number | null> {
    if (row.effective_at === null) return null;
    const [requestedAt, effectiveAt] = [Number(row.requested_at), Number(row.effective_at)];
    if (effectiveAt <= requestedAt) return effectiveAt;
    const untold = await this.outbox.isWaiting(sql, 'recovery-requested', row.account_id);
    const told = untold ? undefined : await this.links.newest(sql, 'cancel-recovery', row.account_id);
    return effectiveAfterTelling(requestedAt, effectiveAt, told ?? this.now());
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
