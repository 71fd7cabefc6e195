import { AuditChain } from '../../src/audit/audit-chain.service.js';
import { AuditVerification, type Report } from '../../src/audit/audit-verification.service.js';
import { Audit } from '../../src/audit/audit.service.js';
import type { TestServer } from './server.js';

/** Notes some events and lets every one that stands there be chained. */
export async function chained(server: TestServer, more = 0): Promise<Report> {
  for (let n = 0; n < more; n++)
    await server.app.get(Audit).record('password.checked', {
      accountId: 'somebody',
      factor: 'password',
      detail: { z: n, a: { d: [1, null], c: 'ü' } },
    });
  for (let tries = 0; tries < 50; tries++) {
    await server.app.get(AuditChain).run();
    const report = await verified(server);
    if (report.waiting === 0) return report;
  }
  throw new Error('the events are not chained');
}

export function verified(server: TestServer): Promise<Report> {
  return server.app.get(AuditVerification).verify();
}
