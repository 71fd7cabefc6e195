import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load.js';
import { exists } from './backup.js';
import { connected } from './connection.js';
import { BackupFailure } from './failures.js';
import { SCRATCH } from './scratch.js';

export type Environment = Record<string, string | undefined>;

/** Where something is restored to. Its settings count, but the secret and the clients file come from the archive. */
export interface Destination {
  readonly config: Config;
  /** The environment has a master secret of its own. */
  readonly secretIsGiven: boolean;
}

export function destination(env: Environment): Destination {
  const secretIsGiven = Boolean(env['GATEHOUSE_SECRET']?.trim() || env['GATEHOUSE_SECRET_FILE']?.trim());
  const stopgap = secretIsGiven ? {} : { GATEHOUSE_SECRET: randomBytes(32).toString('base64url') };
  return { config: loadConfig({ ...env, ...stopgap, GATEHOUSE_CLIENTS_FILE: undefined }), secretIsGiven };
}

/** @throws BackupFailure not-empty */
export async function assertEmpty({ dataDir, database }: Config, archive: string): Promise<void> {
  const names = (await readdir(dataDir)).filter(
    (name) => name !== 'lost+found' && !name.startsWith(SCRATCH) && join(dataDir, name) !== archive,
  );
  const mend = 'give --overwrite to replace what is there, or name another place';
  if (names.length > 0)
    throw new BackupFailure(
      'not-empty',
      `${dataDir} is not empty (${names.slice(0, 5).join(', ')}): ${mend}`,
    );
  if (database.kind === 'sqlite' ? await exists(database.file) : (await tablesIn(database)).length > 0)
    throw new BackupFailure('not-empty', `the database is not empty: ${mend}`);
}

/** A server that runs would go on with what was replaced under it. @throws BackupFailure server-runs */
export async function assertStopped({ ownAddress }: Config): Promise<void> {
  const answer = await fetch(`${ownAddress}/health/live`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  );
  const said = (await answer?.json().catch(() => undefined)) as { status?: string } | undefined;
  if (said?.status === 'ok')
    throw new BackupFailure(
      'server-runs',
      `a server answers at ${ownAddress}: stop it first, and every other instance`,
    );
}

/** Whoever has the file open would go on with the one that was there. @throws BackupFailure server-runs */
export async function assertUnused({ database }: Config): Promise<void> {
  if (database.kind === 'sqlite' && (await isInUse(database.file)))
    throw new BackupFailure(
      'server-runs',
      `another process has ${database.file} open, a server in another container perhaps: stop it first`,
    );
}

const SQLITE_BUSY = 5;

/** Every connection holds a lock on the file as long as it lasts, which keeps this one from having it alone. */
async function isInUse(file: string): Promise<boolean> {
  if (!(await exists(file))) return false;
  const { DatabaseSync } = await import('node:sqlite');
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch (error) {
    // What is damaged is about to be replaced.
    return ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY;
  } finally {
    database?.close();
  }
}

/** Tables of ours and of others: those in the schema that the connection uses. */
export async function tablesIn(database: Config['database']): Promise<string[]> {
  const query =
    database.kind === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      : 'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()';
  const rows = await connected(database, (ask) => ask<{ name: string }>(query));
  return rows.map(({ name }) => name);
}
