import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { AuditChain, ChainBroken } from '../../src/audit/audit-chain.service.js';
import { AuditVerification, readHead } from '../../src/audit/audit-verification.service.js';
import { KnownHead } from '../../src/audit/known-head.js';
import { Sql } from '../../src/database/sql.js';
import { CleanUp } from '../../src/ops/clean-up.js';
import { chained, verified } from '../support/audit.js';
import { Instances } from '../support/instances.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';

const DAY = 24 * 3_600_000;

/** Somebody who can write everything in the database, and does not have the master secret. */
describe('whoever changes the audit log in the database', () => {
  let server: TestServer;
  let sql: Sql;
  let ids: number[];
  beforeEach(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_AUDIT_RETENTION: '90d' } });
    sql = server.app.get(Sql);
    // The start has noted one.
    await chained(server, 11);
    ids = (await sql.rows<{ id: string }>('SELECT id FROM audit_event ORDER BY id')).map(({ id }) =>
      Number(id),
    );
    expect(await verified(server)).toMatchObject({ whole: true, checked: 12 });
  });
  afterEach(() => server.stop());

  const first = async () => {
    const { whole, first } = await verified(server);
    expect(whole).toBe(false);
    return first;
  };

  it.each(['name', 'result', 'account_id', 'client_id', 'factor', 'address', 'user_agent'])(
    'is found out by an altered %s',
    async (column) => {
      await sql.run(`UPDATE audit_event SET ${column} = 'other' WHERE id >= ?`, ids[4]);
      expect(await first()).toMatchObject({ kind: 'altered', id: ids[4] });
    },
  );

  it('is found out by an altered detail or time', async () => {
    await sql.run(`UPDATE audit_event SET detail = '{"z":99}' WHERE id = ?`, ids[7]);
    expect(await first()).toMatchObject({ kind: 'altered', id: ids[7] });
    await sql.run('UPDATE audit_event SET at = ? WHERE id = ?', sql.moment(new Date(1e12)), ids[2]);
    expect(await first()).toMatchObject({ kind: 'altered', id: ids[2] });
  });

  it('is found out by emptying a row, as if its account had been deleted', async () => {
    await sql.run('UPDATE audit_event SET detail = NULL WHERE id = ?', ids[3]);
    await sql.run('UPDATE audit_link SET salt = NULL WHERE event_id = ?', ids[3]);
    await sql.run('INSERT INTO audit_erasure (mark) VALUES (?)', 'x'.repeat(43));
    expect(await first()).toMatchObject({ kind: 'altered', id: ids[3] });
  });

  it('is found out by a row deleted in the middle, with and without its link', async () => {
    await sql.run('DELETE FROM audit_event WHERE id = ?', ids[6]);
    expect(await first()).toMatchObject({ kind: 'missing', id: ids[6] });
    await sql.run('DELETE FROM audit_link WHERE event_id = ?', ids[6]);
    expect(await first()).toMatchObject({ kind: 'missing', id: ids[6] });
  });

  it('is found out by a deleted tail', async () => {
    await sql.run('DELETE FROM audit_event WHERE id > ?', ids[8]);
    expect(await first()).toMatchObject({ kind: 'missing', id: ids[9] });
    await sql.run('DELETE FROM audit_link WHERE event_id > ?', ids[8]);
    expect(await first()).toMatchObject({ kind: 'truncated', id: ids[8]! + 1 });
    const link = (
      await sql.rows<{ hash: string }>('SELECT hash FROM audit_link WHERE event_id = ?', ids[8])
    )[0]!;
    await sql.run('UPDATE audit_head SET last_id = ?, position = 9, hash = ?', ids[8], link.hash);
    expect(await first()).toMatchObject({ kind: 'head-forged' });
  });

  it('is found out by swapped rows', async () => {
    const swap = async (table: string, column: string) => {
      await sql.run(`UPDATE ${table} SET ${column} = 999999 WHERE ${column} = ?`, ids[4]);
      await sql.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, ids[4], ids[5]);
      await sql.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = 999999`, ids[5]);
    };
    await swap('audit_event', 'id');
    expect(await first()).toMatchObject({ kind: 'reordered', id: ids[4] });
    await swap('audit_link', 'event_id');
    expect((await first())!.kind).toMatch(/missing|reordered/);
  });

  it('is found out by a row inserted among older ones, chained or not', async () => {
    await sql.run('DELETE FROM audit_event WHERE id = ?', ids[5]);
    await sql.run('DELETE FROM audit_link WHERE event_id = ?', ids[5]);
    const insert = () =>
      sql.run(
        "INSERT INTO audit_event (id, at, name, result) VALUES (?, ?, 'password.checked', 'success')",
        ids[5],
        sql.moment(server.clock.now()),
      );
    await insert();
    await server.app.get(AuditChain).run();
    expect((await verified(server)).findings).toContainEqual(
      expect.objectContaining({ kind: 'inserted', id: ids[5] }),
    );
    await sql.run(
      'INSERT INTO audit_link (event_id, position, salt, personal, hash) VALUES (?, 6, ?, ?, ?)',
      ids[5],
      'x'.repeat(22),
      'x'.repeat(43),
      'x'.repeat(43),
    );
    expect(await first()).toMatchObject({ kind: 'altered', id: ids[5] });
  });

  it('cannot forge a checkpoint that hides what was removed', async () => {
    server.clock.advance(91 * DAY);
    await server.app.get(CleanUp).run();
    await chained(server, 5);
    expect(await verified(server)).toMatchObject({ whole: true, checked: 5, checkpoint: { position: 12 } });
    const link = (
      await sql.rows<{ event_id: string; hash: string }>('SELECT * FROM audit_link ORDER BY event_id LIMIT 1')
    )[0]!;
    await sql.run('DELETE FROM audit_event WHERE id <= ?', link.event_id);
    await sql.run('DELETE FROM audit_link WHERE event_id <= ?', link.event_id);
    expect((await first())!.kind).toBe('missing');
    await sql.run(
      'UPDATE audit_head SET checkpoint_id = ?, checkpoint_position = 13, checkpoint_hash = ?',
      link.event_id,
      link.hash,
    );
    expect(await first()).toMatchObject({ kind: 'checkpoint-forged' });
  });

  it('does not have the traces washed away by the retention', async () => {
    await sql.run("UPDATE audit_event SET result = 'failure' WHERE id = ?", ids[3]);
    server.clock.advance(91 * DAY);
    await expect(server.app.get(AuditChain).removeOld(100)).rejects.toThrow(ChainBroken);
    expect(await first()).toMatchObject({ kind: 'altered', id: ids[3] });
  });

  it('cannot begin the chain anew, nor put back an older state of all of it', async () => {
    const [head] = await sql.rows<Record<string, unknown>>('SELECT * FROM audit_head');
    const kept = (await chained(server, 3)).head!;
    await sql.run('DELETE FROM audit_event WHERE id > ?', ids[11]);
    await sql.run('DELETE FROM audit_link WHERE event_id > ?', ids[11]);
    await sql.run(
      'UPDATE audit_head SET last_id = ?, position = ?, hash = ?, seal = ?',
      head!['last_id'],
      head!['position'],
      head!['hash'],
      head!['seal'],
    );
    expect(await first()).toMatchObject({ kind: 'rolled-back' });
    // Also when another instance, which has not seen so much, goes on from there.
    const { file } = server.app.get(KnownHead);
    const seen = readFileSync(file);
    rmSync(file);
    expect(await chained(server, 9)).toMatchObject({ whole: true });
    writeFileSync(file, seen);
    await expect(chained(server, 1)).rejects.toThrow(ChainBroken);
    expect(readFileSync(file)).toEqual(seen);
    await sql.run('DELETE FROM audit_head');
    await sql.run('DELETE FROM audit_link');
    await expect(chained(server, 1)).rejects.toThrow(ChainBroken);
    expect(await first()).toMatchObject({ kind: 'head-missing' });
    // The file that knows better is gone, too: then there is the head that somebody has kept.
    rmSync(server.app.get(KnownHead).file);
    expect(await chained(server)).toMatchObject({ whole: true });
    const report = await server.app.get(AuditVerification).verify([readHead(kept)!]);
    expect(report).toMatchObject({ whole: false, first: { kind: 'rolled-back' } });
  });
});

describe('the shell', () => {
  it('says with exit code 3 that the log is not whole', async () => {
    const instances = await Instances.start(1);
    try {
      const { first } = instances;
      const { checked } = await chained(first, 4);
      await first.app
        .get(Sql)
        .run("UPDATE audit_event SET name = 'sign-in.completed' WHERE result = 'success'");
      const shell = Program.shell(instances.environment(await freePort()), 'audit', 'verify');
      expect(await shell.ended()).toBe(3);
      expect(JSON.parse(shell.output)).toMatchObject({
        whole: false,
        first: { kind: 'altered' },
        findingCount: checked,
      });
    } finally {
      await instances.stop();
    }
  });
});
