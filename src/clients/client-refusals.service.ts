import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock, DAY, SECOND } from '../kernel/clock.js';
import { Repeating } from '../kernel/repeating.js';
import { sha256 } from '../kernel/secrets.js';
import { kept } from './kept-refusal.js';

const INTERVAL = 10 * SECOND;
/** Different ones that are gathered between two writes; what comes beyond is not counted. */
const GATHERED = 200;
const GATHERED_OF_A_CLIENT = 20;
/** Kept of one client: so many of the latest, and so many of the most frequent, so that neither push the others out. */
const OF_EACH_SORT = 25;
const IN_ALL = 2_000;
const KEPT_FOR = 30 * DAY;
const IS_ID = /^[\w-]{43}$/;

/** Where no client of that id is known. */
export const UNKNOWN_CLIENT = 'unknown-client';

export interface Refusal {
  readonly id: string;
  readonly clientId: string;
  readonly kind: string;
  readonly value: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

interface Gathered {
  readonly clientId: string;
  readonly kind: string;
  readonly value: string;
  count: number;
  readonly firstAt: number;
  lastAt: number;
}

interface Row {
  readonly id: string;
  readonly client_id: string;
  readonly kind: string;
  readonly value: string;
  readonly count: number | string;
  readonly first_at: number | string;
  readonly last_at: number | string;
}

const ADD = `INSERT INTO client_refusal (id, client_id, kind, value, count, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET count = client_refusal.count + excluded.count,
    last_at = CASE WHEN excluded.last_at > client_refusal.last_at THEN excluded.last_at ELSE client_refusal.last_at END`;
const PRUNE = `DELETE FROM client_refusal WHERE client_id = ? AND id NOT IN (
  SELECT id FROM (SELECT id FROM client_refusal WHERE client_id = ? ORDER BY last_at DESC, id LIMIT ${OF_EACH_SORT}) AS latest
  UNION SELECT id FROM (SELECT id FROM client_refusal WHERE client_id = ? ORDER BY count DESC, last_at DESC, id LIMIT ${OF_EACH_SORT}) AS frequent)`;
const PRUNE_ALL = `DELETE FROM client_refusal WHERE last_at < ? OR id NOT IN (
  SELECT id FROM (SELECT id FROM client_refusal ORDER BY last_at DESC, id LIMIT ${IN_ALL}) AS latest)`;

/**
 * What applications were refused lately, for whoever mends their settings. Anybody can have as much refused as they like: it is
 * counted in memory and written every few seconds, bounded in memory, for each client, and in all.
 */
@Injectable()
export class ClientRefusals implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Clients');
  private gathered = new Map<string, Gathered>();
  private ofClient = new Map<string, number>();
  private readonly repeating = new Repeating(
    () => this.flush(),
    ({ message }) => this.logger.warn(`what was refused lately could not be written: ${message}`),
  );

  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly host: HttpAdapterHost,
  ) {}

  onApplicationBootstrap(): void {
    // A command in the shell has the same modules, and no adapter.
    if (this.host.httpAdapter) this.repeating.start(INTERVAL);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.repeating.stop();
    await this.repeating.round();
  }

  /**
   * @param sent what was refused, as it was sent
   * @param isKnown whether there is such a client, as far as was looked: ids that nobody has share the room of one
   */
  note(clientId: string, kind: string, sent: unknown, isKnown = true): void {
    const what = { clientId: kept(clientId).slice(0, 255), kind: kind.slice(0, 40), value: kept(sent) };
    const id = idOf(what);
    const now = this.clock.now().getTime();
    const known = this.gathered.get(id);
    if (known) {
      known.count++;
      known.lastAt = now;
      return;
    }
    const bucket = isKnown ? what.clientId : '';
    const others = this.ofClient.get(bucket) ?? 0;
    if (this.gathered.size >= GATHERED || others >= GATHERED_OF_A_CLIENT) return;
    this.ofClient.set(bucket, others + 1);
    this.gathered.set(id, { ...what, count: 1, firstAt: now, lastAt: now });
  }

  /** Writes down what was gathered: one commit, however much that was. */
  async flush(): Promise<void> {
    const { gathered } = this;
    if (gathered.size === 0) return;
    this.gathered = new Map();
    this.ofClient = new Map();
    const refusals = await this.withKnownClients([...gathered.values()]);
    // In one order on every instance, so that none waits for another that waits for it.
    const ordered = refusals
      .map((each) => ({ id: idOf(each), ...each }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    await this.sql.transaction(async (sql) => {
      for (const { id, clientId, kind, value, count, firstAt, lastAt } of ordered)
        await sql.run(ADD, id, clientId, kind, value, count, firstAt, lastAt);
      await this.prune(sql, [...new Set(ordered.map(({ clientId }) => clientId))].sort());
    });
  }

  /** The latest first. @param clientId '' for those of no client that there is */
  async of(clientId: string): Promise<Refusal[]> {
    const rows = await this.sql.rows<Row>(
      `SELECT * FROM client_refusal WHERE client_id = ? AND last_at >= ? ORDER BY last_at DESC, id LIMIT ${2 * OF_EACH_SORT}`,
      clientId,
      this.clock.now().getTime() - KEPT_FOR,
    );
    return rows.map(refusal);
  }

  async find(clientId: string, id: string): Promise<Refusal | undefined> {
    if (!IS_ID.test(id)) return undefined;
    const [row] = await this.sql.rows<Row>(
      'SELECT * FROM client_refusal WHERE id = ? AND client_id = ?',
      id,
      clientId,
    );
    return row && refusal(row);
  }

  /** What was mended is refused no more. */
  async forget(id: string): Promise<void> {
    await this.sql.run('DELETE FROM client_refusal WHERE id = ?', id);
  }

  /** An id that nobody has is a value like any other: it must not make a list of its own. */
  private async withKnownClients(refusals: readonly Gathered[]): Promise<Gathered[]> {
    const ids = [...new Set(refusals.map(({ clientId }) => clientId))];
    const found = await this.sql.rows<{ id: string }>(
      `SELECT id FROM client WHERE id IN (${ids.map(() => '?').join(', ')})`,
      ...ids,
    );
    const known = new Set(found.map(({ id }) => id));
    return refusals.map((each) =>
      known.has(each.clientId)
        ? each
        : { ...each, clientId: '', kind: UNKNOWN_CLIENT, value: each.clientId || each.value },
    );
  }

  private async prune(sql: SqlRunner, clientIds: readonly string[]): Promise<void> {
    for (const id of clientIds) await sql.run(PRUNE, id, id, id);
    await sql.run(PRUNE_ALL, this.clock.now().getTime() - KEPT_FOR);
  }

  /** What cannot be written is lost: it is counted for convenience, and it comes again. */
}

function idOf({ clientId, kind, value }: Pick<Gathered, 'clientId' | 'kind' | 'value'>): string {
  return sha256(JSON.stringify([clientId, kind, value]));
}

function refusal({ id, client_id, kind, value, count, first_at, last_at }: Row): Refusal {
  return {
    id,
    clientId: client_id,
    kind,
    value,
    count: Number(count),
    firstAt: new Date(Number(first_at)),
    lastAt: new Date(Number(last_at)),
  };
}
