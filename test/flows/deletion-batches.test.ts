import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditChainWorker } from '../../src/audit/audit-chain.worker.js';
import { Audit } from '../../src/audit/audit.service.js';
import { Sql } from '../../src/database/sql.js';
import { DAY } from '../../src/kernel/clock.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { chained } from '../support/audit.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';
import { watchStatements, writesOf } from '../support/statements.js';

const YEARS_OF_EVENTS = 1_050;

describe('an account with years of events', () => {
  let server: TestServer;
  beforeAll(async () => {
    watchStatements();
    server = await TestServer.start();
    // What it does it does when it is asked to.
    await server.app.get(AuditChainWorker).stop();
  });
  afterAll(() => server.stop());

  it('goes in small pieces, so that nobody waits for it, and the log stays whole', async () => {
    const sql = server.app.get(Sql);
    const { id } = await server.addPerson(somebody());
    const audit = server.app.get(Audit);
    for (let count = 0; count < YEARS_OF_EVENTS; count++)
      await audit.record('password.checked', { accountId: id, detail: { count } });
    expect(await chained(server)).toMatchObject({ whole: true });
    expect(await server.app.get(AccountDeletion).decide(id)).toBeInstanceOf(Date);
    server.clock.advance(8 * DAY);

    const { commits, rows } = await writesOf(() => server.app.get(AccountDeletion).deleteDue(100));
    expect(rows).toBeGreaterThan(2 * YEARS_OF_EVENTS);
    expect(commits).toBeGreaterThan(YEARS_OF_EVENTS / 100);
    expect(await server.app.get(Accounts).find(id)).toBeFalsy();
    const left = await sql.rows('SELECT id FROM audit_event WHERE account_id = ? AND detail IS NOT NULL', id);
    expect(left).toEqual([]);
    expect(await chained(server)).toMatchObject({ whole: true });
  }, 60_000);
});
