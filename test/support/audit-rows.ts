import { Sql } from '../../src/database/sql.js';
import { database } from './database.js';
import type { TestServer } from './server.js';

export const SINCE = Date.parse('2020-03-01T00:00:00Z');
const SECOND = 1_000;

/** One event of a long log; each fact changes at its own pace, so that every combination occurs. */
export interface OldEvent {
  readonly at: number;
  readonly name: string;
  readonly result: string;
  readonly accountId: string;
  readonly clientId: string | null;
  readonly address: string;
  readonly by: string | null;
}

const NAMES = ['sign-in.completed', 'password.checked', 'group.joined', 'group.left', 'password.changed'];

/** The `n`-th, from 1 on: a second after the one before. */
export function oldEvent(n: number): OldEvent {
  return {
    at: SINCE + n * SECOND,
    name: NAMES[n % 5]!,
    result: n % 7 === 0 ? 'failure' : 'success',
    accountId: `account-${n % 11}`,
    clientId: n % 3 === 0 ? `app-${n % 13}` : null,
    address: `192.0.2.${n % 17}`,
    by: n % 19 === 0 ? 'shell' : null,
  };
}

/** Writes `count` of them at once, as years of operation would. */
export async function addOldEvents(server: TestServer, count: number): Promise<void> {
  const [at, mod] =
    database === 'sqlite'
      ? [`? + i * ${SECOND}`, `CASE i % 5 WHEN 0 THEN`]
      : [`CAST(? AS timestamptz) + i * interval '1 second'`, `CASE i % 5 WHEN 0 THEN`];
  const sql = server.app.get(Sql);
  await sql.run(
    `INSERT INTO audit_event (at, name, result, account_id, client_id, address, user_agent, detail)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     SELECT ${at}, ${mod} '${NAMES[0]}' WHEN 1 THEN '${NAMES[1]}' WHEN 2 THEN '${NAMES[2]}' WHEN 3 THEN '${NAMES[3]}' ELSE '${NAMES[4]}' END,
       CASE WHEN i % 7 = 0 THEN 'failure' ELSE 'success' END, 'account-' || (i % 11),
       CASE WHEN i % 3 = 0 THEN 'app-' || (i % 13) END, '192.0.2.' || (i % 17), 'Lynx',
       ${database === 'sqlite' ? '' : 'CAST('}CASE WHEN i % 19 = 0 THEN '{"by":"shell"}' END${database === 'sqlite' ? '' : ' AS jsonb)'} FROM n`,
    sql.moment(new Date(SINCE)),
  );
}
