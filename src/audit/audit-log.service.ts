import { Injectable } from '@nestjs/common';
import { setImmediate as turn } from 'node:timers/promises';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Clock, HOUR, SECOND } from '../kernel/clock.js';
import { numbers } from './audit-chain.store.js';
import type { ChainedEvent } from './audit-chain.marks.js';
import { streamsOf, type AuditFilter, type Stream } from './audit-log.filter.js';
import { eventColumns } from './event-columns.js';

/** An event as it is read here: its detail is JSON as text, and its time epoch milliseconds. */
export type LoggedEvent = ChainedEvent;

export interface LogPage {
  readonly events: readonly LoggedEvent[];
  /** The `before` of the next page; undefined: there is none. */
  readonly older: number | undefined;
  /** Looking took too long: from here on nothing was looked at yet. */
  readonly stoppedAt: Date | undefined;
}

/** Events that one statement looks at: some milliseconds, so that nobody's sign-in waits behind it. */
const STRETCH = 5_000;
/** Somebody waits for a page; then they are asked whether to look further. */
const PATIENCE = SECOND;
/** Rows of an export in memory. */
const BATCH = 500;
/** Numbers follow the time, but for what happened at about the same time, and for a clock that was set. */
const SLACK = HOUR;

interface Found {
  readonly events: LoggedEvent[];
  /** Everything that is wanted is in `events`, down to this number. */
  readonly reached: number;
}

/**
 * The audit log for an operator, newest first. No statement takes long, however many events there are and whatever is asked
 * for: each goes along an index, and looks at so many events at most.
 */
@Injectable()
export class AuditLog {
  private readonly columns: string;

  constructor(
    private readonly sql: Sql,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.columns = eventColumns(config.database.kind);
  }

  async event(id: number): Promise<LoggedEvent | undefined> {
    const rows = await this.sql.rows<LoggedEvent>(
      `SELECT ${this.columns} FROM audit_event e WHERE e.id = ?`,
      id,
    );
    return rows.map(numbers)[0];
  }

  /** Every name that stands in the log. */
  async names(): Promise<string[]> {
    // From each to the next along the index: a DISTINCT would read every event.
    const rows = await this.sql.rows<{ name: string }>(
      `WITH RECURSIVE each_name(name) AS (
         SELECT min(name) FROM audit_event
         UNION ALL SELECT (SELECT min(e.name) FROM audit_event e WHERE e.name > each_name.name) FROM each_name
         WHERE each_name.name IS NOT NULL)
       SELECT name FROM each_name WHERE name IS NOT NULL`,
    );
    return rows.map(({ name }) => name);
  }

  /** @param before only older events */
  async page(filter: AuditFilter, limit: number, before = Number.MAX_SAFE_INTEGER): Promise<LogPage> {
    const { streams, floor, ceiling } = await this.ways(filter);
    const events: LoggedEvent[] = [];
    const until = this.clock.elapsed() + PATIENCE;
    let below = Math.min(before, ceiling);
    while (below > floor) {
      const found = await this.look(streams, below, floor, limit + 1 - events.length);
      events.push(...found.events);
      below = found.reached;
      if (events.length > limit)
        return { events: events.slice(0, limit), older: events[limit - 1]!.id, stoppedAt: undefined };
      if (this.clock.elapsed() > until && below > floor)
        return { events, older: below, stoppedAt: await this.timeOf(below) };
      await turn();
    }
    return { events, older: undefined, stoppedAt: undefined };
  }

  /** All of them, a few at a time: as fast as they are taken. What comes meanwhile is not among them. */
  async *all(filter: AuditFilter): AsyncGenerator<readonly LoggedEvent[]> {
    const { streams, floor, ceiling } = await this.ways(filter);
    for (let below = ceiling; below > floor;) {
      const { events, reached } = await this.look(streams, below, floor, BATCH);
      below = reached;
      if (events.length > 0) yield events;
      await turn();
    }
  }

  private async ways(filter: AuditFilter) {
    const { name } = filter;
    const names =
      name === undefined
        ? undefined
        : (await this.names()).filter((each) => each === name || each.startsWith(`${name}.`));
    const { kind } = this.config.database;
    const streams = streamsOf(filter, names, kind, (date) => this.sql.moment(date));
    return { streams, ...(await this.edges(filter)) };
  }

  /** Between which numbers the time lies. */
  private async edges({ from, to }: AuditFilter): Promise<{ floor: number; ceiling: number }> {
    const first = from && this.number('e.at >= ? ORDER BY e.at', from.getTime() - SLACK);
    const last = to
      ? this.number('e.at < ? ORDER BY e.at DESC', to.getTime() + SLACK)
      : this.sql
          .rows<{ id: number }>('SELECT max(id) AS "id" FROM audit_event')
          .then(([row]) => row?.id ?? undefined);
    return {
      floor: from ? ((await first) ?? Number.MAX_SAFE_INTEGER) : 0,
      ceiling: Number((await last) ?? 0) + 1,
    };
  }

  private async number(which: string, time: number): Promise<number | undefined> {
    const [row] = await this.sql.rows<{ id: number | string }>(
      `SELECT e.id AS "id" FROM audit_event e WHERE ${which} LIMIT 1`,
      this.sql.moment(new Date(time)),
    );
    return row && Number(row.id);
  }

  /** The newest of all streams, as far down as each of them was looked at. */
  private async look(
    streams: readonly Stream[],
    below: number,
    floor: number,
    limit: number,
  ): Promise<Found> {
    const all: Found[] = [];
    for (const stream of streams) all.push(await this.stretch(stream, below, floor, limit));
    const reached = Math.max(floor, ...all.map((each) => each.reached));
    const events = all
      .flatMap((each) => each.events)
      .filter(({ id }) => id >= reached)
      .sort((a, b) => b.id - a.id);
    return events.length < limit
      ? { events, reached }
      : { events: events.slice(0, limit), reached: events[limit - 1]!.id };
  }

  private async stretch(stream: Stream, below: number, floor: number, limit: number): Promise<Found> {
    const { along, rest, isDense } = stream;
    const reached = isDense ? floor : await this.endOf(along, below, floor);
    const rows = await this.sql.rows<LoggedEvent>(
      `SELECT ${this.columns} FROM audit_event e
       WHERE ${along.sql} AND e.id < ? AND e.id >= ?${rest.sql} ORDER BY e.id DESC LIMIT ?`,
      ...along.params,
      below,
      reached,
      ...rest.params,
      limit,
    );
    const events = rows.map(numbers);
    return { events, reached: events.length < limit ? reached : events.at(-1)!.id };
  }

  private async endOf(along: Stream['along'], below: number, floor: number): Promise<number> {
    const [row] = await this.sql.rows<{ id: number | string }>(
      `SELECT e.id AS "id" FROM audit_event e WHERE ${along.sql} AND e.id < ? AND e.id >= ?
       ORDER BY e.id DESC LIMIT 1 OFFSET ${STRETCH - 1}`,
      ...along.params,
      below,
      floor,
    );
    return row ? Number(row.id) : floor;
  }

  private async timeOf(id: number): Promise<Date | undefined> {
    const event = await this.event(id);
    return event && new Date(event.at);
  }
}
