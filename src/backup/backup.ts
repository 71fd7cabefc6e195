import { createReadStream, createWriteStream } from 'node:fs';
import { access, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { KNOWN_HEAD_FILE } from '../audit/known-head.js';
import type { Config } from '../config/config.js';
import { programVersion } from '../config/version.js';
import type { Clock } from '../kernel/clock.js';
import { encrypted } from './archive-cipher.js';
import { MAGIC } from './archive-key.js';
import { packed, type Entry } from './archive-entries.js';
import { assertNotNewer, connected, filesOfSqlite, migrationsOf } from './connection.js';
import { BackupFailure } from './failures.js';
import { NAMES, type Manifest } from './manifest.js';
import { assertOwnSecret } from './own-secret.js';
import { dumpOf } from './postgresql-programs.js';
import { SCRATCH, withScratch } from './scratch.js';

export interface Made extends Manifest {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Everything that a server is: database, master secret, the files of the data directory, the clients file. Servers go on meanwhile;
 * what was acknowledged before is in it.
 * @throws BackupFailure
 */
export async function backup(
  config: Config,
  clock: Clock,
  { target, known }: { readonly target: string; readonly known: readonly string[] },
): Promise<Made> {
  const passphrase = keyFrom(config);
  const file = resolve(target);
  if (await exists(file))
    throw new BackupFailure('file-exists', `${file} is there already: name another file`);
  const { database } = config;
  if (database.kind === 'sqlite' && !(await exists(database.file)))
    throw new BackupFailure('other-database', `there is no database at ${database.file}: nothing to back up`);
  await assertNotNewer(database, known);
  const migrations = await migrationsOf(database);
  if (migrations.length > 0) await assertOwnSecret(config);
  const manifest: Manifest = {
    madeAt: clock.now().toISOString(),
    version: programVersion(),
    issuer: config.issuer,
    database: database.kind,
    migrations,
  };
  const draft = `${file}.unfinished`;
  try {
    await withScratch(config.dataDir, (scratch) =>
      pipeline(
        Readable.from(packed(contents(config, manifest, { scratch, omit: [file, draft] }))),
        createGzip(),
        (bytes: AsyncIterable<Buffer>) => encrypted(passphrase, bytes),
        createWriteStream(draft, { mode: 0o600, flush: true }),
      ),
    );
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
  return { file, bytes: (await stat(file)).size, ...manifest };
}

export function keyFrom({ backupKey }: Config): string {
  if (backupKey) return backupKey;
  throw new BackupFailure(
    'no-key',
    'GATEHOUSE_BACKUP_KEY_FILE names no file with a passphrase: make one with `openssl rand -base64 32`, and keep it elsewhere, too',
  );
}

async function* contents(
  config: Config,
  manifest: Manifest,
  { scratch, omit }: { scratch: string; omit: string[] },
): AsyncGenerator<Entry, void> {
  yield { name: NAMES.manifest, content: [Buffer.from(JSON.stringify(manifest))] };
  yield { name: NAMES.secret, content: [Buffer.from(config.masterSecret.toString('base64url'))] };
  yield { name: NAMES.database, content: await databaseOf(config.database, scratch) };
  const { clientsFile, dataDir } = config;
  if (clientsFile && relative(dataDir, clientsFile).startsWith('..'))
    yield { name: NAMES.clients, content: bytesOf(clientsFile) };
  for (const path of await filesOf(config, omit)) {
    const content = await contentOf(path);
    if (content) yield { name: NAMES.data + relative(dataDir, path), content };
  }
}

/** SQLite copies itself as it was at one moment, and lets everybody write meanwhile; pg_dump does the same. */
async function databaseOf(
  database: Config['database'],
  scratch: string,
): Promise<AsyncGenerator<Buffer, void>> {
  if (database.kind === 'postgresql') return dumpOf(database.url);
  const copy = join(scratch, 'database');
  await connected(database, (ask) => ask(`VACUUM INTO '${copy.replaceAll("'", "''")}'`));
  return bytesOf(copy);
}

/** Whatever else the operator keeps there: the clients file, and what it names. A link counts as the file that it leads to. */
async function filesOf({ dataDir, database }: Config, omit: string[]): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const top = relative(dataDir, path).split('/')[0]!;
    const isDatabase = database.kind === 'sqlite' && filesOfSqlite(database).includes(path);
    if (isDatabase || omit.includes(path) || top.startsWith(SCRATCH)) continue;
    // The secret is in the archive by itself; the head, and a draft of it, is of this server, and of no other.
    if (path === join(dataDir, 'secret.key') || path.startsWith(join(dataDir, KNOWN_HEAD_FILE))) continue;
    if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) files.push(path);
  }
  return files.sort();
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (it) => it.isFile(),
    () => false,
  );
}

/** @returns undefined: it is gone meanwhile, or an earlier backup, which would make each one as large as all before it */
async function contentOf(path: string): Promise<AsyncIterable<Buffer> | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  if (!(await isArchive(handle))) return handle.createReadStream({ start: 0, highWaterMark: 256 * 1024 });
  await handle.close();
  return undefined;
}

async function isArchive(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
  return bytesRead === MAGIC.length && buffer.equals(MAGIC);
}

async function* bytesOf(path: string): AsyncGenerator<Buffer, void> {
  for await (const bytes of createReadStream(path, { highWaterMark: 256 * 1024 })) yield bytes as Buffer;
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
