import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';

interface Look {
  readonly id: number;
  readonly oldestRunning: number;
  readonly nextTransaction: number;
}

/**
 * Up to which number no event can come any more. SQLite writes one transaction after the other, so its newest is it. PostgreSQL
 * gives a number before the transaction that has it is committed: a smaller one may appear after a greater one, as long as a
 * transaction of that time still runs.
 */
@Injectable()
export class SettledEvents {
  private known = 0;
  private candidate: { readonly id: number; readonly onceOver?: number } | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly config: Config,
  ) {}

  /** To be asked again and again: on PostgreSQL it takes the third look to know of what the first one saw. */
  async upTo(): Promise<number> {
    if (this.config.database.kind === 'sqlite') {
      const [row] = await this.sql.rows<{ id: number | null }>('SELECT max(id) AS id FROM audit_event');
      return row?.id ?? 0;
    }
    const { id, oldestRunning, nextTransaction } = await this.look();
    if (!this.candidate) this.candidate = { id };
    // An event is numbered a moment before its transaction is: so it is the look after the one that saw it which counts.
    else if (this.candidate.onceOver === undefined)
      this.candidate = { id: this.candidate.id, onceOver: nextTransaction };
    else if (oldestRunning >= this.candidate.onceOver) {
      this.known = this.candidate.id;
      this.candidate = { id };
    }
    return this.known;
  }

  private async look(): Promise<Look> {
    const [row] = await this.sql.rows<Record<keyof Look, string | null>>(
      `SELECT (SELECT max(id) FROM audit_event) AS "id", pg_snapshot_xmin(now.it)::text AS "oldestRunning",
         pg_snapshot_xmax(now.it)::text AS "nextTransaction" FROM (SELECT pg_current_snapshot() AS it) now`,
    );
    const { id, oldestRunning, nextTransaction } = row!;
    return {
      id: Number(id ?? 0),
      oldestRunning: Number(oldestRunning),
      nextTransaction: Number(nextTransaction),
    };
  }
}
