import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';

/** An event that was seen, and who wrote at that moment, by the name that PostgreSQL gives a transaction from its beginning. */
interface Candidate {
  readonly id: number;
  readonly writers: readonly string[];
}

/**
 * Up to which number no event can come any more. SQLite writes one transaction after the other, so its newest is it. PostgreSQL
 * gives a number before the transaction that has it is committed: a smaller one may appear after a greater one, as long as a
 * transaction of that time still writes there. Whoever writes holds a lock on the table, and takes it before the number: so a
 * look at the locks that comes after the look at the numbers misses nobody. (The transaction's own number, which snapshots
 * tell of, is given only after the event's.)
 */
@Injectable()
export class SettledEvents {
  private known = 0;
  private candidate: Candidate | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly config: Config,
  ) {}

  /** To be asked again and again: on PostgreSQL an event is settled once everybody is done who wrote when it was seen. */
  async upTo(): Promise<number> {
    if (this.config.database.kind === 'sqlite') return this.newest();
    // In this order.
    this.candidate ??= { id: await this.newest(), writers: await this.writers() };
    const { id, writers } = this.candidate;
    const still = writers.length === 0 ? [] : await this.writers();
    if (!writers.some((each) => still.includes(each))) {
      this.known = id;
      this.candidate = undefined;
    }
    return this.known;
  }

  private async newest(): Promise<number> {
    const [row] = await this.sql.rows<{ id: number | string | null }>(
      'SELECT max(id) AS "id" FROM audit_event',
    );
    return Number(row?.id ?? 0);
  }

  private async writers(): Promise<string[]> {
    const rows = await this.sql.rows<{ writer: string }>(
      `SELECT DISTINCT virtualtransaction AS "writer" FROM pg_locks
       WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND relation = CAST('audit_event' AS regclass)
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.map(({ writer }) => writer);
  }
}
