import { Sql } from '../../src/database/sql.js';
import type { TestServer } from './server.js';

let rows = 0;

/** A notice of a sign-out that Notes could not be told of so far, or not at all. @returns its id */
export async function addNotice(
  server: TestServer,
  accountId: string,
  state: 'waiting' | 'failed',
): Promise<string> {
  const id = `notice-${String(++rows).padStart(15, '0')}`;
  const now = server.clock.now().getTime();
  const [dueAt, settledAt] = state === 'waiting' ? [now + 3_600_000, null] : [null, now];
  await server.app.get(Sql).run(
    `INSERT INTO logout_notice (id, receipt_id, account_id, client_id, state, tries, last_error, due_at, created_at, settled_at)
     VALUES (?, ?, ?, 'notes', ?, 3, 'it answered 503', ?, ?, ?)`,
    id,
    id,
    accountId,
    state,
    dueAt,
    now,
    settledAt,
  );
  return id;
}

/** A letter that waits for its third try. @returns its id */
export async function addLetter(server: TestServer, accountId: string): Promise<string> {
  const id = `letter-${String(++rows).padStart(15, '0')}`;
  const now = server.clock.now().getTime();
  await server.app.get(Sql).run(
    `INSERT INTO mail (id, kind, account_id, sealed_facts, tries, last_error, due_at, created_at, expires_at)
     VALUES (?, 'password-changed', ?, 'nothing', 2, '450 not now', ?, ?, ?)`,
    id,
    accountId,
    now + 3_600_000,
    now,
    now + 86_400_000,
  );
  return id;
}
