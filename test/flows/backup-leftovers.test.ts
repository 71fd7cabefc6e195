import { afterAll, describe, expect, it } from '@jest/globals';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { makeBackup, Places, reasonOf, restoreTo } from '../support/backups.js';
import { database } from '../support/database.js';
import { somebody } from '../support/enrolled.js';
import { Program } from '../support/program.js';

const places = new Places();
afterAll(() => places.remove());

/** A data directory with a database, and no server on it. */
async function stopped(more: Record<string, string> = {}) {
  const env = await places.empty(more);
  mkdirSync(env['GATEHOUSE_DATA_DIR']!, { mode: 0o700 });
  await (await createApp(loadConfig(env))).close();
  return { env, dataDir: env['GATEHOUSE_DATA_DIR']! };
}

describe('a backup', () => {
  it('that is interrupted leaves no copy in the clear', async () => {
    const { env, dataDir } = await stopped();
    // It takes some seconds to pack.
    writeFileSync(join(dataDir, 'large'), '');
    truncateSync(join(dataDir, 'large'), 3e9);
    const file = places.file();
    const program = Program.shell(env, 'backup', file);
    const copies = () => readdirSync(dataDir).filter((name) => name.startsWith('.backup-'));
    while (copies().length === 0 || !existsSync(`${file}.unfinished`))
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await program.ended('SIGTERM')).toBe(143);
    expect(copies()).toEqual([]);
    expect(existsSync(file)).toBe(false);
  }, 60_000);

  it('removes what a killed one left a day ago, and not what another one works on', async () => {
    const { env, dataDir } = await stopped();
    for (const name of ['.backup-killed', '.backup-at-work']) {
      mkdirSync(join(dataDir, name));
      writeFileSync(join(dataDir, name, 'database'), 'in the clear');
    }
    const longAgo = Date.now() / 1000 - 25 * 3600;
    utimesSync(join(dataDir, '.backup-killed'), longAgo, longAgo);
    await makeBackup(env, places.file());
    expect(readdirSync(dataDir).filter((name) => name.startsWith('.backup-'))).toEqual(['.backup-at-work']);
  });

  it('has the files that links lead to, and no draft of this server', async () => {
    const { env, dataDir } = await stopped();
    const outside = places.file('declared.yaml');
    writeFileSync(outside, 'clients: []\n');
    symlinkSync(outside, join(dataDir, 'clients.yaml'));
    symlinkSync('/nowhere', join(dataDir, 'dangling'));
    writeFileSync(join(dataDir, 'audit-head.json.draft'), '{}');
    const file = places.file();
    await makeBackup(env, file);
    const restored = await places.empty();
    await restoreTo(restored, file);
    const names = readdirSync(restored['GATEHOUSE_DATA_DIR']!);
    expect(names).toContain('clients.yaml');
    expect(names).not.toContain('audit-head.json.draft');
    expect(readFileSync(join(restored['GATEHOUSE_DATA_DIR']!, 'clients.yaml'), 'utf8')).toBe('clients: []\n');
  });

  it('goes on when a file is gone before its turn', async () => {
    const { env, dataDir } = await stopped();
    writeFileSync(join(dataDir, 'a large file'), '');
    truncateSync(join(dataDir, 'a large file'), 4e8);
    writeFileSync(join(dataDir, 'short-lived'), 'x');
    const file = places.file();
    const made = makeBackup(env, file);
    const written = () => statSync(`${file}.unfinished`, { throwIfNoEntry: false })?.size ?? 0;
    while (written() < 100_000) await new Promise((resolve) => setTimeout(resolve, 5));
    rmSync(join(dataDir, 'short-lived'));
    await expect(made).resolves.toMatchObject({ file });
  }, 60_000);

  it('of a server whose database stands elsewhere is not overwritten by what has its usual name', async () => {
    const elsewhere: Record<string, string> =
      database === 'sqlite' ? { DATABASE_URL: `sqlite:${places.file('own.sqlite')}` } : {};
    const { env, dataDir } = await stopped(elsewhere);
    writeFileSync(join(dataDir, 'gatehouse.sqlite'), 'an older one that somebody kept');
    writeFileSync(join(dataDir, 'gatehouse.sqlite-wal'), 'and its log');
    const file = places.file();
    await makeBackup(env, file);
    const restored = await places.empty();
    await restoreTo(restored, file);
    const app = await createApp(loadConfig(restored));
    await app.close();
  });

  it('that cannot be put in place leaves what is there', async () => {
    const { env } = await stopped();
    const file = places.file();
    await makeBackup(env, file);
    const app = await createApp(loadConfig(env));
    await app.get(Accounts).register({ ...somebody(), username: 'ada' });
    await app.close();
    const path = process.env['PATH'];
    // PostgreSQL's own program is not found; SQLite needs none, and its archive does not open.
    process.env['PATH'] = '/nowhere';
    const wrong = { ...env, GATEHOUSE_BACKUP_KEY: 'another passphrase for them' };
    const restored = restoreTo(database === 'sqlite' ? wrong : env, file, { overwrite: true });
    const reason = await reasonOf(restored);
    process.env['PATH'] = path;
    expect(reason).toBe(database === 'sqlite' ? 'wrong-key' : 'program-missing');
    const again = await createApp(loadConfig(env));
    expect(await again.get(Accounts).findByIdentifier('ada')).toBeTruthy();
    await again.close();
    await restoreTo(env, file, { overwrite: true });
    const older = await createApp(loadConfig(env));
    expect(await older.get(Accounts).findByIdentifier('ada')).toBeFalsy();
    await older.close();
  });
});
