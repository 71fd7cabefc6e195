import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUP_COMMANDS } from '../../src/admin/commands/backup-commands.list.js';
import { COMMANDS } from '../../src/admin/commands/commands.list.js';
import { Sql } from '../../src/database/sql.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';

const NEWER = '9999-to-come';
/** Two that run inside the program, as all do but those that follow, which open the database themselves. */
const TRIED = ['clients plan', 'reset-password', ...Object.keys(BACKUP_COMMANDS)];
const KEY = 'a passphrase of thirty-two characters';

describe('a database that a newer version has migrated', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'gatehouse-newer-'));
  const archive = join(elsewhere, 'before.backup');
  let server: TestServer;
  let env: Record<string, string>;
  const sql = () => server.app.get(Sql);

  const end = async (program: Program) => ({ code: await program.ended(), output: program.output });
  const starts = () => end(new Program(env));
  const shell = (...words: string[]) => end(Program.shell(env, ...words));
  const command = (name: string) => {
    const { parameters } = COMMANDS[name]!;
    const file = name === 'backup' ? join(elsewhere, 'never.backup') : archive;
    const words = parameters.map((each) => (each === 'file' ? file : 'ada'));
    const overwrite = name === 'restore' ? ['--overwrite'] : [];
    return shell(...name.split(' '), ...words, ...overwrite);
  };
  /** The server of this test goes on, and notes what it does itself; it is left alone. */
  const contents = async () => {
    const rows = async (table: string) => sql().rows(`SELECT * FROM ${table} ORDER BY 1`);
    return JSON.stringify([
      await rows('account'),
      await rows('audit_event'),
      await rows('signing_key'),
      await rows('client'),
      await rows('invitation'),
      await rows('mikro_orm_migrations'),
    ]);
  };

  beforeAll(async () => {
    server = await TestServer.start();
    env = {
      ...server.env,
      GATEHOUSE_PORT: String(await freePort()),
      GATEHOUSE_BACKUP_KEY: KEY,
    };
    expect(await shell('backup', archive)).toMatchObject({ code: 0 });
    await sql().run('INSERT INTO mikro_orm_migrations (name) VALUES (?)', NEWER);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it('is refused at the start, with a code of its own and what to do, and nothing is written', async () => {
    const before = await contents();
    const { code, output } = await starts();
    expect(code).toBe(14);
    expect(output).toContain(`a newer version of Gatehouse has migrated the database (${NEWER})`);
    expect(output).toContain('restore the backup');
    expect(output).not.toMatch(/^\s+at /m);
    expect(await contents()).toBe(before);
  });

  it.each(TRIED)(
    'is refused by the command %s, and nothing is written',
    async (name) => {
      const before = await contents();
      const { code, output } = await command(name);
      expect(output).toContain(NEWER);
      expect(code).toBe(14);
      expect(await contents()).toBe(before);
      expect(readdirSync(elsewhere)).toEqual(['before.backup']);
    },
    20_000,
  );

  it('is named by the doctor', async () => {
    const { output } = await shell('doctor', '--json');
    expect(output).toContain('database-newer');
  });

  it('is also refused while instances start together', async () => {
    const [one, other] = await Promise.all([starts(), starts()]);
    expect([one.code, other.code]).toEqual([14, 14]);
  });
});
