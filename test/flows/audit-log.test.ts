import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditFilter } from '../../src/audit/audit-log.filter.js';
import { AuditLog, type LoggedEvent } from '../../src/audit/audit-log.service.js';
import { Sql } from '../../src/database/sql.js';
import { addOldEvents, oldEvent, SINCE, type OldEvent } from '../support/audit-rows.js';
import { database } from '../support/database.js';
import { TestServer } from '../support/server.js';

const COUNT = 12_000;
const minutes = (n: number) => new Date(SINCE + n * 60_000);

const FILTERS: AuditFilter[] = [
  {},
  { name: 'group.joined' },
  { name: 'group' },
  { name: 'password' },
  { name: 'nothing' },
  { name: 'grou' },
  { result: 'failure' },
  { result: 'success' },
  { result: 'throttled' },
  { accountId: 'account-3' },
  { accountId: 'account-3', name: 'password', result: 'failure' },
  { accountId: 'nobody' },
  { clientId: 'app-6' },
  { clientId: 'app-6', result: 'success' },
  { by: 'shell' },
  { by: 'shell', address: '192.0.2.4', name: 'group' },
  { address: '192.0.2.16' },
  { address: '203.0.113.1' },
  { address: '192.0.2.16', name: 'group', result: 'failure' },
  { from: minutes(150) },
  { to: minutes(2) },
  { from: minutes(20), to: minutes(21) },
  { from: minutes(10), to: minutes(90), name: 'group', address: '192.0.2.2' },
  { from: minutes(90), to: minutes(10) },
];

function isWanted(event: OldEvent, { name, from, to, ...rest }: AuditFilter): boolean {
  const isNamed = name === undefined || event.name === name || event.name.startsWith(`${name}.`);
  const isInTime = (!from || event.at >= from.getTime()) && (!to || event.at < to.getTime());
  const others = Object.entries(rest) as [keyof typeof rest, string][];
  return isNamed && isInTime && others.every(([fact, value]) => event[fact] === value);
}

describe('the audit log of years', () => {
  let server: TestServer;
  let log: AuditLog;
  const old = Array.from({ length: COUNT }, (_, index) => oldEvent(index + 1)).reverse();
  beforeAll(async () => {
    server = await TestServer.start();
    log = server.app.get(AuditLog);
    await addOldEvents(server, COUNT);
    if (database === 'postgresql') await server.app.get(Sql).run('ANALYZE audit_event');
  });
  afterAll(() => server.stop());

  /** What this server noted itself is newer than what the filters are about. */
  const times = (events: readonly LoggedEvent[]) =>
    events.map(({ at }) => at).filter((at) => at < SINCE + 1e9);

  it.each(FILTERS)('shows exactly what is asked for, the newest first, page by page: %j', async (filter) => {
    const expected = old.filter((event) => isWanted(event, filter)).map(({ at }) => at);
    const pages: LoggedEvent[] = [];
    for (let before: number | undefined; ;) {
      const { events, older } = await log.page(filter, 600, before);
      pages.push(...events);
      if (older === undefined) break;
      before = older;
    }
    expect(times(pages)).toEqual(expected);
    const all: LoggedEvent[] = [];
    for await (const some of log.all(filter)) {
      expect(some.length).toBeLessThanOrEqual(500);
      all.push(...some);
    }
    expect(times(all)).toEqual(expected);
  });

  /** PostgreSQL would rather sort a thousand rows than fetch them in order; of millions it would not. */
  async function planOf(text: string, params: unknown[]): Promise<string> {
    if (database === 'sqlite')
      return JSON.stringify(await server.app.get(Sql).rows(`EXPLAIN QUERY PLAN ${text}`, ...params));
    return server.app.get(Sql).transaction(async (sql) => {
      await sql.run('SET LOCAL enable_sort = off');
      return JSON.stringify(await sql.rows(`EXPLAIN ${text}`, ...params));
    });
  }

  it.each(FILTERS)('goes along an index, and sorts nothing: %j', async (filter) => {
    const sql = server.app.get(Sql);
    const asked: [string, unknown[]][] = [];
    const rows = sql.rows.bind(sql);
    sql.rows = (text, ...params) => {
      // The others look at one end of an index.
      if (/ORDER BY/.test(text)) asked.push([text, params]);
      return rows<never>(text, ...params);
    };
    await log.page(filter, 50);
    Reflect.deleteProperty(sql, 'rows');
    for (const [text, params] of asked) {
      const plan = await planOf(text, params);
      expect(plan).toMatch(
        /USING (INTEGER PRIMARY KEY|(COVERING )?INDEX)|Index (Only )?Scan|SCAN e\b|One-Time/,
      );
      expect(plan).not.toMatch(/TEMP B-TREE|Sort|Seq Scan/);
    }
  });

  it('gives up looking for what is rare, says down to where it has looked, and goes on from there', async () => {
    const sql = server.app.get(Sql);
    const rows = sql.rows.bind(sql);
    sql.rows = (text, ...params) => {
      server.clock.advance(600);
      return rows<never>(text, ...params);
    };
    const first = await log.page({ address: '203.0.113.1' }, 50);
    Reflect.deleteProperty(sql, 'rows');
    expect(first.events).toEqual([]);
    expect(first.older).toBeGreaterThan(COUNT / 2);
    expect(first.stoppedAt!.getTime()).toBeGreaterThan(SINCE);
    expect(await log.page({ address: '203.0.113.1' }, 50, first.older)).toMatchObject({
      events: [],
      older: undefined,
    });
  });
});
