import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { AuditCommands } from '../../src/admin/commands/audit-commands.js';
import { AuditChain } from '../../src/audit/audit-chain.service.js';
import { AuditChainWorker } from '../../src/audit/audit-chain.worker.js';
import { Audit } from '../../src/audit/audit.service.js';
import { KnownHead } from '../../src/audit/known-head.js';
import { AuditVerification, readHead } from '../../src/audit/audit-verification.service.js';
import { Sql } from '../../src/database/sql.js';
import { CleanUp } from '../../src/ops/clean-up.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { chained, verified } from '../support/audit.js';
import { Browser } from '../support/browser.js';
import { database } from '../support/database.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { Instances } from '../support/instances.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';

const DAY = 24 * 3_600_000;

describe('the chain of the audit log', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('takes in what happens within seconds, by itself, and is whole', async () => {
    server = await TestServer.start();
    const person = somebody();
    await addEnrolled(server, person);
    await new Browser(server).signIn(person);
    const started = performance.now();
    let report = await verified(server);
    while (report.waiting > 0 && performance.now() - started < 15_000) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      report = await verified(server);
    }
    expect(report).toMatchObject({ whole: true, first: null, waiting: 0, checkpoint: null });
    expect(report.checked).toBeGreaterThan(3);
  });

  it('says of what the server has yet to chain that it waits', async () => {
    server = await TestServer.start();
    const { checked } = await chained(server, 5);
    // In a transaction that is open for as long as this looks.
    await server.app.get(Audit).record('password.checked', {});
    const report = await verified(server);
    expect(report.whole).toBe(true);
    expect(report.checked + report.waiting).toBe(checked + 1);
  });

  it('takes in the rows from before there was one, and goes on after a restart', async () => {
    server = await TestServer.start();
    const before = await chained(server, 250);
    // The state that an older version leaves behind.
    const sql = server.app.get(Sql);
    await sql.run('DELETE FROM audit_head');
    await sql.run('DELETE FROM audit_link');
    rmSync(server.app.get(KnownHead).file);
    expect(await chained(server)).toMatchObject({ whole: true, checked: before.checked });
    await server.restart();
    expect(await chained(server, 5)).toMatchObject({ whole: true, checked: before.checked + 5 });
  });

  it.each(['', '{', '{}', '[]'])(
    'says what to do about a note of its last head that was damaged: %j',
    async (text) => {
      server = await TestServer.start();
      await chained(server, 1);
      const { file } = server.app.get(KnownHead);
      // Nobody writes a good one over it meanwhile.
      await server.app.get(AuditChainWorker).stop();
      writeFileSync(file, text);
      const { done, message } = await server.app.get(AuditCommands).run('audit verify', []);
      expect([done, message]).toEqual([false, expect.stringContaining(`${file} is damaged`)]);
      expect(message).toContain('delete it');
      rmSync(file);
      expect(await server.app.get(AuditCommands).run('audit verify', [])).toMatchObject({ done: true });
    },
  );

  if (database === 'postgresql')
    it('waits for whoever has taken a number, and has none as a transaction yet', async () => {
      server = await TestServer.start();
      await server.app.get(AuditChainWorker).stop();
      const { checked } = await chained(server, 1);
      const sql = server.app.get(Sql);
      await sql.transaction(async (slow) => {
        // As an INSERT does it, one thing after the other.
        await slow.run('LOCK TABLE audit_event IN ROW EXCLUSIVE MODE');
        const [taken] = await slow.rows<{ id: string }>(
          `SELECT nextval(pg_get_serial_sequence('audit_event', 'id')) AS id`,
        );
        await server.app.get(Audit).record('password.checked', {});
        for (let look = 0; look < 6; look++) await server.app.get(AuditChain).run();
        expect((await verified(server)).checked).toBe(checked);
        await slow.run(
          `INSERT INTO audit_event (id, at, name, result) VALUES (?, ?, 'password.checked', 'success')`,
          taken!.id,
          sql.moment(server.clock.now()),
        );
      });
      expect(await chained(server)).toMatchObject({ whole: true, checked: checked + 2 });
    });

  it('stays whole when an account is deleted, and nothing personal is left', async () => {
    server = await TestServer.start();
    const person = somebody();
    const account = await addEnrolled(server, person);
    await new Browser(server).signIn(person);
    const { checked } = await chained(server);
    await server.app.get(AccountDeletion).request(account.id);
    server.clock.advance(8 * DAY);
    await server.app.get(CleanUp).run();
    const sql = server.app.get(Sql);
    const left = await sql.rows<{ address: string | null }>(
      'SELECT address FROM audit_event WHERE account_id = ? AND (address IS NOT NULL OR user_agent IS NOT NULL)',
      account.id,
    );
    expect(left).toEqual([]);
    const report = await chained(server);
    expect(report).toMatchObject({ whole: true, first: null });
    expect(report.checked).toBeGreaterThanOrEqual(checked);
  });

  it('lets go of what is older than the retention, up to a checkpoint from which it goes on', async () => {
    server = await TestServer.start({ env: { GATEHOUSE_AUDIT_RETENTION: '90d' } });
    const early = await chained(server, 230);
    server.clock.advance(60 * DAY);
    const later = await chained(server, 30);
    server.clock.advance(31 * DAY);
    await server.app.get(CleanUp).run();
    const report = await chained(server);
    expect(report).toMatchObject({ whole: true, waiting: 0, checked: 30 });
    expect(report.checkpoint).toMatchObject({
      position: early.checked,
      at: expect.stringMatching(/^\d{4}-/),
    });
    expect(report.head).toBe(later.head);
    // Heads that were kept elsewhere still count, where they can be compared.
    const heads = [early, later].map(({ head }) => readHead(head!)!);
    expect((await server.app.get(AuditVerification).verify(heads)).whole).toBe(true);
    expect((await chained(server, 5)).checked).toBe(35);
  });
});

describe('several instances', () => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await Instances.start(3);
  });
  afterAll(() => instances.stop());

  it('chain one after the other what all of them write at once, and the shell says so', async () => {
    const { first } = instances;
    let noted = (await chained(first)).checked;
    const write = async ({ app }: (typeof instances.all)[number]) => {
      for (let round = 0; round < 40; round++) {
        // Inside of transactions, too, which end in another order than their numbers.
        if (round % 4 === 0 && database === 'postgresql')
          await app.get(Sql).transaction(async (sql) => {
            await sql.run(
              "INSERT INTO audit_event (at, name, result) VALUES (now(), 'password.checked', 'success')",
            );
            await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
          });
        else await app.get(Audit).record('password.checked', { detail: { round } });
        noted++;
      }
    };
    let isWriting = true;
    const chain = async ({ app }: (typeof instances.all)[number]) => {
      while (isWriting) await app.get(AuditChain).run();
    };
    const chaining = Promise.all(instances.all.map(chain));
    await Promise.all(instances.all.flatMap((each) => [write(each), write(each)]));
    isWriting = false;
    await chaining;
    const report = await chained(first);
    expect(report).toMatchObject({ whole: true, first: null, checked: noted });

    const shell = Program.shell(instances.environment(await freePort()), 'audit', 'verify');
    expect(await shell.ended()).toBe(0);
    expect(JSON.parse(shell.output)).toMatchObject({ whole: true, checked: noted, head: report.head });
    const wrong = Program.shell(instances.environment(await freePort()), 'audit', 'verify', 'x');
    expect(await wrong.ended()).toBe(64);
  }, 60_000);
});
