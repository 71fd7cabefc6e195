import type { SqlRunner } from '../database/sql.js';

/** The tables that grow with people and with use. */
const TABLES = [
  'account',
  'audit_event',
  'browser_session',
  'client',
  'known_browser',
  'oidc_record',
  'passkey',
  'sign_in_attempt',
  'throttle',
];
/** Counted one by one up to here. */
const EXACT = 10_000;
/** Beyond, SQLite's row numbers are looked at in so many places, at so many of them: two thousand rows at most, whatever the size. */
const PLACES = 40;
const WIDTH = 50;

/** How many rows each table has, at a price that does not grow with them. */
export async function recordCounts(sql: SqlRunner, isSqlite: boolean): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of TABLES) {
    const [row] = await sql.rows<{ n: number | string }>(
      `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${table} LIMIT ${EXACT}) AS found`,
    );
    const exact = Number(row!.n);
    const estimate = isSqlite ? sampled : planned;
    counts.set(table, exact < EXACT ? exact : Math.max(exact, await estimate(sql, table)));
  }
  return counts;
}

/** What PostgreSQL's own planner believes; its autovacuum keeps that up to date. */
async function planned(sql: SqlRunner, table: string): Promise<number> {
  const [row] = await sql.rows<{ n: number | string }>(
    'SELECT reltuples AS n FROM pg_class WHERE oid = CAST(CAST(? AS text) AS regclass)',
    table,
  );
  return Number(row!.n);
}

/** How densely the row numbers are taken, times how far they reach. */
async function sampled(sql: SqlRunner, table: string): Promise<number> {
  const [ends] = await sql.rows<{ first: number; last: number }>(
    `SELECT (SELECT MIN(rowid) FROM ${table}) AS first, (SELECT MAX(rowid) FROM ${table}) AS last`,
  );
  const { first, last } = ends!;
  const reach = last - first + 1;
  let taken = 0;
  for (let place = 0; place < PLACES; place++) {
    const from = first + Math.floor((place * (reach - WIDTH)) / (PLACES - 1));
    const [row] = await sql.rows<{ n: number }>(
      `SELECT COUNT(*) AS n FROM ${table} WHERE rowid BETWEEN ? AND ?`,
      from,
      from + WIDTH - 1,
    );
    taken += row!.n;
  }
  return Math.round((taken / (PLACES * WIDTH)) * reach);
}
