import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock, DAY, MINUTE } from '../kernel/clock.js';
import { backOff } from './back-off.js';
import type { MailKind } from './kinds.js';

/** So long a letter belongs to the instance that took it. Longer than one try can last (delivery.ts). */
export const LEASE = 2 * MINUTE;

const KEPT_FOR = 7 * DAY;

/** `dropped`: an operator did not want it to be sent any more. */
export type MailResult = 'sent' | 'given-up' | 'dropped';

/** A row of the outbox, as whoever delivers sees it. */
export interface WaitingMail {
  readonly id: string;
  readonly kind: MailKind;
  readonly accountId: string | null;
  readonly sealedFacts: string;
  readonly tries: number;
  readonly dueAt: number;
  readonly expiresAt: number;
}

/** A row that belongs to this instance until its lease runs out. */
export interface TakenMail extends WaitingMail {
  readonly takenUntil: number;
}

/** The outbox from the side of delivery: what is due, whose it is, and what becomes of it. */
@Injectable()
export class WaitingMails {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {}

  /** The `limit` that have waited longest. */
  due(limit: number): Promise<WaitingMail[]> {
    return this.sql
      .rows<Record<keyof WaitingMail, never>>(
        `SELECT id, kind, account_id AS "accountId", sealed_facts AS "sealedFacts", tries,
                due_at AS "dueAt", expires_at AS "expiresAt"
         FROM mail WHERE due_at <= ? ORDER BY due_at, created_at LIMIT ?`,
        this.now,
        limit,
      )
      .then((rows) =>
        rows.map((row) => ({ ...row, dueAt: Number(row.dueAt), expiresAt: Number(row.expiresAt) })),
      );
  }

  /** Several instances see the same row; the one whose write finds it unchanged sends it. @returns undefined: another one has it */
  async take(mail: WaitingMail): Promise<TakenMail | undefined> {
    const takenUntil = this.now + LEASE;
    const taken = await this.sql.run(
      'UPDATE mail SET due_at = ? WHERE id = ? AND due_at = ?',
      takenUntil,
      mail.id,
      mail.dueAt,
    );
    return taken === 1 ? { ...mail, takenUntil } : undefined;
  }

  /** There was nothing to send any more. */
  async remove({ id }: WaitingMail): Promise<void> {
    await this.sql.run('DELETE FROM mail WHERE id = ?', id);
  }

  /** It is sent, or never will be, which is known for a while. @returns false: it was settled before */
  async settle(
    { id, tries }: WaitingMail,
    result: MailResult,
    error: string | null = null,
  ): Promise<boolean> {
    return this.sql.transaction(async (sql) => {
      // Of an account that is gone meanwhile nothing is kept.
      await sql.run(
        `INSERT INTO mail_outcome (id, kind, account_id, result, tries, last_error, created_at, settled_at)
         SELECT id, kind, (SELECT a.id FROM account a WHERE a.id = mail.account_id), CAST(? AS varchar(10)), CAST(? AS integer),
           COALESCE(CAST(? AS varchar(300)), last_error), created_at, CAST(? AS bigint)
         FROM mail WHERE id = ? ON CONFLICT DO NOTHING`,
        result,
        result === 'dropped' ? tries : tries + 1,
        error?.slice(0, 300) ?? null,
        this.now,
        id,
      );
      return (await sql.run('DELETE FROM mail WHERE id = ?', id)) === 1;
    });
  }

  /** What became of letters is known for a week. @returns how many were forgotten, `limit` at most */
  async removeSettled(limit: number): Promise<number> {
    return this.sql.run(
      `DELETE FROM mail_outcome WHERE id IN
         (SELECT id FROM mail_outcome WHERE settled_at < ? ORDER BY settled_at LIMIT ?)`,
      this.now - KEPT_FOR,
      limit,
    );
  }

  /** It is tried again later. If the lease has run out meanwhile, it is another instance's and stays as it is. */
  async postpone({ id, tries, takenUntil }: TakenMail, error: string): Promise<void> {
    const failures = tries + 1;
    await this.sql.run(
      'UPDATE mail SET tries = ?, due_at = ?, last_error = ? WHERE id = ? AND due_at = ?',
      failures,
      this.now + backOff(failures, Math.random()),
      error.slice(0, 300),
      id,
      takenUntil,
    );
  }

  /** As if it had not been taken. */
  async giveBack({ id, dueAt, takenUntil }: TakenMail): Promise<void> {
    await this.sql.run('UPDATE mail SET due_at = ? WHERE id = ? AND due_at = ?', dueAt, id, takenUntil);
  }

  /**
   * The mail server works again: what failed while it did not is due now.
   * What is due sooner than a lease lasts may be another instance's at this moment, and comes soon anyway.
   */
  async hasten(): Promise<void> {
    const { now } = this;
    await this.sql.run('UPDATE mail SET due_at = ? WHERE due_at > ? AND tries > 0', now, now + LEASE);
  }

  hasExpired({ expiresAt }: WaitingMail): boolean {
    return expiresAt <= this.now;
  }

  private get now(): number {
    return this.clock.now().getTime();
  }
}
