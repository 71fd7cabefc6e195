import type { SqlRunner } from '../database/sql.js';

/** What is told later. Each table has an index on `due_at`, and rows that wait for nothing have none in it. */
const QUEUES = {
  mail: 'mail',
  'logout-notices': 'logout_notice',
  pings: 'ping_notice',
  webhooks: 'webhook_delivery',
} as const;
/** Nobody counts further: a queue this long needs the same look as a longer one. */
const MOST = 10_000;

interface Queue {
  readonly queue: keyof typeof QUEUES;
  readonly length: number;
  /** Seconds. */
  readonly overdue: number;
}

export async function queues(sql: SqlRunner, now: number): Promise<Queue[]> {
  const found: Queue[] = [];
  for (const [queue, table] of Object.entries(QUEUES) as [Queue['queue'], string][]) {
    const [row] = await sql.rows<{ length: number | string; first: number | string | null }>(
      `SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM ${table} WHERE due_at IS NOT NULL LIMIT ${MOST}) AS found) AS length,
              (SELECT MIN(due_at) FROM ${table}) AS first`,
    );
    const first = row!.first === null ? now : Number(row!.first);
    found.push({ queue, length: Number(row!.length), overdue: Math.max(0, (now - first) / 1000) });
  }
  return found;
}
