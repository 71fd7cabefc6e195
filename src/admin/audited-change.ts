import type { Request } from 'express';
import type { Audit, AuditFacts, AuditName } from '../audit/audit.service.js';
import type { Sql, SqlRunner } from '../database/sql.js';

interface Event {
  readonly name: AuditName;
  readonly facts: AuditFacts;
  readonly req: Request | undefined;
}

/**
 * The change and what is written down of it are one commit: neither is there without the other.
 * @param change whether something was changed; if not, nothing is written down
 */
export async function auditedChange(
  sql: Sql,
  audit: Audit,
  { name, facts, req }: Event,
  change: (sql: SqlRunner) => Promise<boolean>,
): Promise<boolean> {
  let changed = false;
  await sql.gather(
    () => audit.record(name, facts, req),
    (write) =>
      sql.transaction(async (runner) => {
        changed = await change(runner);
        if (changed) await write(runner);
      }),
  );
  return changed;
}
