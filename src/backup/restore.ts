import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { KNOWN_HEAD_FILE } from '../audit/known-head.js';
import type { Config } from '../config/config.js';
import type { Entities } from '../database/options.js';
import { masterSecret } from '../config/parsers.js';
import { exists, keyFrom } from './backup.js';
import { assertNotNewer, filesOfSqlite, tablesOf } from './connection.js';
import { BackupFailure } from './failures.js';
import type { Manifest } from './manifest.js';
import { inPlaceOf } from './tables-aside.js';
import {
  assertEmpty,
  assertStopped,
  assertUnused,
  destination,
  tablesIn,
  type Environment,
} from './place.js';
import { restoreDump } from './postgresql-programs.js';
import { withScratch } from './scratch.js';
import { unpack, type Unpacked } from './unpack.js';

export interface Restored extends Manifest {
  /** Migrations that the next start makes. */
  readonly toMigrate: readonly string[];
  readonly dataDir: string;
  readonly clientsFile: string | null;
}

export interface RestoreOptions {
  readonly overwrite: boolean;
  /** Every migration that this program knows, and every table. */
  readonly known: readonly string[];
  readonly entities: Entities;
}

/**
 * Puts an archive where the settings say. It is read to its end and found whole before anything is touched.
 * @throws BackupFailure
 */
export async function restore(
  env: Environment,
  source: string,
  { overwrite, known, entities }: RestoreOptions,
): Promise<Restored> {
  const { config, secretIsGiven } = destination(env);
  const passphrase = keyFrom(config);
  const archive = resolve(source);
  if (!overwrite) await assertEmpty(config, archive);
  await assertStopped(config);
  return withScratch(config.dataDir, async (scratch) => {
    const unpacked = await unpack(archive, scratch, { passphrase, config, known });
    if (secretIsGiven && !masterSecret(unpacked.secret).equals(config.masterSecret))
      throw new BackupFailure(
        'other-secret',
        'GATEHOUSE_SECRET is not the secret of the archive: unset it, and the one of the archive is written into the data directory',
      );
    // After the archive, which says more of what is wrong: one of another kind of database is not even connected to.
    await assertReplaceable(config.database, known);
    await assertUnused(config);
    await placeDatabase(config.database, unpacked.databaseFile, entities);
    if (!secretIsGiven)
      await writeFile(join(config.dataDir, 'secret.key'), `${unpacked.secret}\n`, {
        mode: 0o600,
        flush: true,
      });
    const clientsFile = await placeFiles(config, scratch, unpacked);
    // The log goes back with the rest: what this server has seen of a later one counts no more.
    await rm(join(config.dataDir, KNOWN_HEAD_FILE), { force: true });
    const { manifest } = unpacked;
    const toMigrate = known.filter((name) => !manifest.migrations.includes(name));
    return { ...manifest, toMigrate, dataDir: config.dataDir, clientsFile };
  });
}

/** A file that is no database any more has lost what it was, and that is what restoring is for. */
async function assertReplaceable(database: Config['database'], known: readonly string[]): Promise<void> {
  if (database.kind === 'sqlite' && !(await exists(database.file))) return;
  await assertNotNewer(database, known).catch((error: unknown) => {
    if (database.kind === 'postgresql' || error instanceof BackupFailure) throw error;
  });
}

async function placeDatabase(database: Config['database'], from: string, entities: Entities): Promise<void> {
  if (database.kind === 'sqlite') {
    for (const file of filesOfSqlite(database)) if (file !== database.file) await rm(file, { force: true });
    return move(from, database.file);
  }
  // Only what is ours: the operator may keep other things in the same schema.
  const ours = await tablesOf(database, entities);
  const there = (await tablesIn(database)).filter((name) => ours.includes(name));
  await inPlaceOf(there, database, () => restoreDump(database.url, from));
}

/** @returns the clients file, if the archive has one */
async function placeFiles(
  { dataDir, database }: Config,
  scratch: string,
  { files, clientsFile }: Unpacked,
): Promise<string | null> {
  // Where another database stood beside the server's own, it may have the name that this one has here.
  const taken = [join(dataDir, 'secret.key'), ...(database.kind === 'sqlite' ? filesOfSqlite(database) : [])];
  for (const path of files)
    if (!taken.includes(join(dataDir, path))) await move(join(scratch, 'data', path), join(dataDir, path));
  const usual = join(dataDir, 'clients.yaml');
  if (clientsFile && !files.includes('clients.yaml')) await move(clientsFile, usual);
  return clientsFile || files.includes('clients.yaml') ? usual : null;
}

/** Also to another file system, where the database may stand. */
export async function move(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const draft = `${to}.unfinished`;
    await cp(from, draft);
    await rename(draft, to);
  }
}
