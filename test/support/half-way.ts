import { Sql } from '../../src/database/sql.js';
import { randomToken } from '../../src/kernel/secrets.js';
import type { TestServer } from './server.js';

/** Somebody has begun to sign in, elsewhere: what a sign-out ends, without a line in the log. */
export async function beginElsewhere(server: TestServer, accountId: string): Promise<void> {
  const now = server.clock.now().getTime();
  await server.app
    .get(Sql)
    .run(
      'INSERT INTO sign_in_attempt (id, token, account_id, proofs, version, created_at, expires_at) VALUES (?, ?, ?, ?, 1, ?, ?)',
      randomToken(32),
      randomToken(32),
      accountId,
      '[]',
      now,
      now + 60_000,
    );
}
