import { setTimeout } from 'node:timers/promises';
import { AuditChain } from '../../src/audit/audit-chain.service.js';
import { AuditVerification, type Report } from '../../src/audit/audit-verification.service.js';
import { Audit, type AuditName } from '../../src/audit/audit.service.js';
import { Sql } from '../../src/database/sql.js';
import type { TestServer } from './server.js';

/** Notes some events and lets every one that stands there be chained. */
export async function chained(server: TestServer, more = 0): Promise<Report> {
  for (let n = 0; n < more; n++)
    await server.app.get(Audit).record('password.checked', {
      accountId: 'somebody',
      factor: 'password',
      detail: { z: n, a: { d: [1, null], c: 'ü' } },
    });
  // In PostgreSQL events wait for whatever transaction was open when they were noted, also one of another test's database.
  for (let tries = 0; tries < 150; tries++) {
    await server.app.get(AuditChain).run();
    const report = await verified(server);
    if (report.waiting === 0) return report;
    await setTimeout(Math.min(tries * 10, 200));
  }
  throw new Error('the events are not chained');
}

export function verified(server: TestServer): Promise<Report> {
  return server.app.get(AuditVerification).verify();
}

interface Written {
  readonly accountId: string | null;
  readonly clientId: string | null;
  readonly detail: Record<string, unknown> | null;
}

/** What was written down under a name, oldest first. */
export async function auditEvents(server: TestServer, name: AuditName): Promise<Written[]> {
  const rows = await server.app
    .get(Sql)
    .rows<{ account_id: string | null; client_id: string | null; detail: string | object | null }>(
      'SELECT account_id, client_id, detail FROM audit_event WHERE name = ? ORDER BY id',
      name,
    );
  return rows.map(({ account_id: accountId, client_id: clientId, detail }) => ({
    accountId,
    clientId,
    // PostgreSQL's driver has read the JSON already.
    detail: (typeof detail === 'string' ? JSON.parse(detail) : detail) as Written['detail'],
  }));
}
