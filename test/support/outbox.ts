import { setTimeout as pause } from 'node:timers/promises';
import { Sql } from '../../src/database/sql.js';
import type { TestServer } from './server.js';

const PATIENCE = 10_000;

/** Waits until everything in an outbox has been sent: until then a message may be on its way and in the table at once. */
export async function outboxEmptied(server: TestServer, table: 'mail' | 'ping_notice'): Promise<void> {
  for (const started = performance.now(); performance.now() - started < PATIENCE; await pause(20)) {
    const rows = await server.app.get(Sql).rows(`SELECT id FROM ${table}`);
    if (rows.length === 0) return;
  }
  throw new Error(`something still stands in ${table}`);
}
