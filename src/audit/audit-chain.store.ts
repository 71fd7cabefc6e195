import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Secrets } from '../kernel/secrets.js';
import { eventColumns } from './event-columns.js';
import { Marks, type ChainedEvent, type Checkpoint, type Head, type Link } from './audit-chain.marks.js';

/** What stands in the place of the head, and whether it was us who wrote it. */
export type StoredHead =
  | { readonly kind: 'sealed'; readonly head: Head; readonly turn: number }
  | { readonly kind: 'none' | 'head-forged' | 'checkpoint-forged'; readonly turn: number };

/** An event and its link; one of the two may be missing. */
export interface Pair {
  readonly event: ChainedEvent | undefined;
  readonly link: Link;
}

type HeadRow = Record<'turn' | 'lastId' | 'position' | 'hash' | 'seal', string | number> &
  Record<
    'checkpointId' | 'checkpointPosition' | 'checkpointHash' | 'checkpointAt' | 'checkpointSeal',
    string
  >;

/** The chain's tables in plain SQL. What is read outside of a transaction may have moved on meanwhile: the turn tells. */
@Injectable()
export class AuditChainStore {
  readonly marks: Marks;
  private readonly event: string;
  private readonly share: string;

  constructor(
    private readonly sql: Sql,
    secrets: Secrets,
    { database: { kind } }: Config,
  ) {
    this.marks = new Marks(secrets);
    this.event = eventColumns(kind);
    this.share = kind === 'sqlite' ? '' : 'FOR SHARE';
  }

  async head(): Promise<StoredHead> {
    const [row] = await this.sql.rows<HeadRow>(
      `SELECT turn AS "turn", last_id AS "lastId", position AS "position", hash AS "hash", seal AS "seal",
         checkpoint_id AS "checkpointId", checkpoint_position AS "checkpointPosition", checkpoint_hash AS "checkpointHash",
         checkpoint_at AS "checkpointAt", checkpoint_seal AS "checkpointSeal" FROM audit_head WHERE id = 1`,
    );
    if (!row) return { kind: 'none', turn: 0 };
    const turn = Number(row.turn);
    const checkpoint: Checkpoint = {
      id: Number(row.checkpointId),
      position: Number(row.checkpointPosition),
      hash: row.checkpointHash,
      at: Number(row.checkpointAt),
    };
    const head = {
      id: Number(row.lastId),
      position: Number(row.position),
      hash: String(row.hash),
      checkpoint,
    };
    if (this.marks.checkpointSeal(checkpoint) !== row.checkpointSeal)
      return { kind: 'checkpoint-forged', turn };
    if (this.marks.headSeal(head) !== row.seal) return { kind: 'head-forged', turn };
    return { kind: 'sealed', head, turn };
  }

  /** Only where nothing was ever chained. */
  async begin(): Promise<void> {
    const beginning = this.marks.beginning();
    const head: Head = { ...beginning, checkpoint: beginning };
    await this.sql.run(
      `INSERT INTO audit_head (id, turn, last_id, position, hash, checkpoint_id, checkpoint_position, checkpoint_hash,
         checkpoint_at, checkpoint_seal, seal) VALUES (1, 0, 0, 0, ?, 0, 0, ?, 0, ?, ?) ON CONFLICT DO NOTHING`,
      head.hash,
      head.hash,
      this.marks.checkpointSeal(beginning),
      this.marks.headSeal(head),
    );
  }

  /** One instance at a time: the row stays locked until the transaction is over. @returns false: another one was quicker */
  async take(sql: SqlRunner, turn: number): Promise<boolean> {
    return (await sql.run('UPDATE audit_head SET turn = turn + 1 WHERE id = 1 AND turn = ?', turn)) > 0;
  }

  async moveTo(sql: SqlRunner, head: Head): Promise<void> {
    const { checkpoint } = head;
    await sql.run(
      `UPDATE audit_head SET last_id = ?, position = ?, hash = ?, checkpoint_id = ?, checkpoint_position = ?,
         checkpoint_hash = ?, checkpoint_at = ?, checkpoint_seal = ?, seal = ? WHERE id = 1`,
      head.id,
      head.position,
      head.hash,
      checkpoint.id,
      checkpoint.position,
      checkpoint.hash,
      checkpoint.at,
      this.marks.checkpointSeal(checkpoint),
      this.marks.headSeal(head),
    );
  }

  /** Locked on PostgreSQL, so that nobody erases what is personal in them while it is marked. */
  async events(sql: SqlRunner, after: number, upTo: number, limit: number): Promise<ChainedEvent[]> {
    const rows = await sql.rows<ChainedEvent>(
      `SELECT ${this.event} FROM audit_event e WHERE e.id > ? AND e.id <= ? ORDER BY e.id LIMIT ? ${this.share}`,
      after,
      upTo,
      limit,
    );
    return rows.map(numbers);
  }

  async add(sql: SqlRunner, { eventId, position, salt, personal, hash }: Link): Promise<void> {
    await sql.run(
      'INSERT INTO audit_link (event_id, position, salt, personal, hash) VALUES (?, ?, ?, ?, ?)',
      eventId,
      position,
      salt,
      personal,
      hash,
    );
  }

  async pairs(sql: SqlRunner, after: number, upTo: number, limit: number): Promise<Pair[]> {
    const rows = await sql.rows<Omit<ChainedEvent, 'id'> & { id: number | null } & Link>(
      `SELECT ${this.event}, l.event_id AS "eventId", l.position AS "position", l.salt AS "salt", l.personal AS "personal",
         l.hash AS "hash" FROM audit_link l LEFT JOIN audit_event e ON e.id = l.event_id
       WHERE l.event_id > ? AND l.event_id <= ? ORDER BY l.event_id LIMIT ?`,
      after,
      upTo,
      limit,
    );
    return rows.map(({ eventId, position, salt, personal, hash, id, ...event }) => ({
      event: id === null ? undefined : numbers({ ...event, id }),
      link: { eventId: Number(eventId), position: Number(position), salt, personal, hash },
    }));
  }

  /** Events in a stretch of the chain that nobody chained. */
  async unlinked(sql: SqlRunner, after: number, upTo: number, limit: number): Promise<number[]> {
    const rows = await sql.rows<{ id: number | string }>(
      `SELECT e.id AS "id" FROM audit_event e LEFT JOIN audit_link l ON l.event_id = e.id
       WHERE l.event_id IS NULL AND e.id > ? AND e.id <= ? ORDER BY e.id LIMIT ?`,
      after,
      upTo,
      limit,
    );
    return rows.map(({ id }) => Number(id));
  }

  /** How many events wait to be chained. */
  async waiting(after: number): Promise<number> {
    const [row] = await this.sql.rows<{ n: number | string }>(
      'SELECT count(*) AS n FROM audit_event WHERE id > ?',
      after,
    );
    return Number(row!.n);
  }

  async hashOf(id: number): Promise<string | undefined> {
    const [link] = await this.sql.rows<{ hash: string }>(
      'SELECT hash FROM audit_link WHERE event_id = ?',
      id,
    );
    return link?.hash;
  }

  async hasLinks(): Promise<boolean> {
    return (await this.sql.rows('SELECT 1 AS one FROM audit_link LIMIT 1')).length > 0;
  }

  async isErased(sql: SqlRunner, accountId: string): Promise<boolean> {
    const mark = this.marks.erasure(accountId);
    return (await sql.rows('SELECT 1 AS one FROM audit_erasure WHERE mark = ?', mark)).length > 0;
  }
}

/** PostgreSQL's driver gives a bigint as text. */
export function numbers(event: ChainedEvent): ChainedEvent {
  return { ...event, id: Number(event.id), at: Number(event.at) };
}
