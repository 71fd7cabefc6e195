import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Secrets } from '../kernel/secrets.js';
import { Marks } from './audit-chain.marks.js';

/** Events that are emptied at once: about a millisecond, so that nobody's sign-in waits behind it. */
const BATCH = 100;
const PAUSE_BETWEEN_BATCHES = 20;

/**
 * Of an account that is gone: what in its events could still tell whose it was goes, too. The events stay, under an identifier
 * that nothing leads from any more, so that the record stays whole: what is marked tells the chain that they were emptied by us.
 */
@Injectable()
export class AuditErasure {
  private readonly marks: Marks;

  constructor(
    private readonly sql: Sql,
    secrets: Secrets,
  ) {
    this.marks = new Marks(secrets);
  }

  /**
   * Beforehand and piece by piece, of an account that is certain to go: years of events at once would stall everybody, and
   * PostgreSQL gives no statement so much time.
   * @returns up to which event
   */
  async beforehand(accountId: string): Promise<number> {
    let upTo = 0;
    for (;;) {
      const { last, isAll } = await this.sql.transaction((sql) => this.some(sql, accountId, upTo));
      upTo = last;
      if (isAll) return upTo;
      await pause(PAUSE_BETWEEN_BATCHES);
    }
  }

  /** The rest, in the transaction in which the account goes. @param upTo which event that was done already */
  async finish(sql: SqlRunner, accountId: string, upTo: number): Promise<void> {
    for (let done = { last: upTo, isAll: false }; !done.isAll;)
      done = await this.some(sql, accountId, done.last);
  }

  private async some(
    sql: SqlRunner,
    accountId: string,
    after: number,
  ): Promise<{ last: number; isAll: boolean }> {
    const mark = this.marks.erasure(accountId);
    // A write first, which in SQLite no other one comes before.
    await sql.run('INSERT INTO audit_erasure (mark) VALUES (?) ON CONFLICT DO NOTHING', mark);
    const rows = await sql.rows<{ id: number | string }>(
      `SELECT id FROM audit_event WHERE account_id = ? AND id > ?
         AND (address IS NOT NULL OR user_agent IS NOT NULL OR detail IS NOT NULL) ORDER BY id LIMIT ?`,
      accountId,
      after,
      BATCH,
    );
    if (rows.length === 0) return { last: after, isAll: true };
    const ids = rows.map(({ id }) => Number(id));
    const these = `IN (${ids.map(() => '?').join(', ')})`;
    await sql.run(
      `UPDATE audit_event SET address = NULL, user_agent = NULL, detail = NULL WHERE id ${these}`,
      ...ids,
    );
    await sql.run(`UPDATE audit_link SET salt = NULL WHERE event_id ${these}`, ...ids);
    return { last: ids.at(-1)!, isAll: ids.length < BATCH };
  }
}
