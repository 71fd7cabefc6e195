import type { INestApplication } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { AuditVerification } from '../audit/audit-verification.service.js';
import { sealedAt } from '../clients/clients.service.js';
import { readClientsFile } from '../clients/clients-file.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load.js';
import { Sql } from '../database/sql.js';
import { Secrets } from '../kernel/secrets.js';
import { place as keyPlace } from '../keys/key-table.js';
import { place as authenticatorPlace } from '../mfa/authenticators.service.js';
import { Accounts } from '../users/accounts.service.js';
import { exists, keyFrom } from './backup.js';
import { connected } from './connection.js';
import { BackupFailure } from './failures.js';
import type { Manifest } from './manifest.js';
import { destination, tablesIn, type Environment } from './place.js';
import { restoreDump } from './postgresql-programs.js';
import { move } from './restore.js';
import { withScratch } from './scratch.js';
import { signInOverPages } from './synthetic-sign-in.js';
import { unpack, type Unpacked } from './unpack.js';

/** What waits to be sent was sent long ago by the server that the archive is of, or will be: not from here. */
const OUTBOXES = ['mail', 'logout_notice', 'ping_notice', 'webhook_delivery'];

export interface Verified extends Manifest {
  readonly migrated: readonly string[];
  readonly accounts: number;
  /** Sealed values that the archive's secret opened. */
  readonly opened: number;
  readonly audit: { readonly whole: boolean; readonly checked: number; readonly waiting: number };
  /** The clients file as it would be read here: 'none', 'good', or what is wrong with it. */
  readonly clientsFile: string;
  readonly signIn: 'done';
}

export interface VerifyOptions {
  readonly known: readonly string[];
  readonly createApp: (config: Config) => Promise<INestApplication>;
}

/**
 * Restores an archive to a temporary place, starts the program on it there, looks whether everything sealed opens, and signs in
 * as somebody made for that over the real pages. Everything is removed again; nothing leaves the machine.
 * @throws BackupFailure
 */
export async function verify(env: Environment, source: string, options: VerifyOptions): Promise<Verified> {
  const { config } = destination(env);
  const passphrase = keyFrom(config);
  const unpacking = { passphrase, config, known: options.known };
  return withScratch(config.dataDir, async (folder) => {
    const unpacked = await unpack(resolve(source), await inside(folder, 'unpacked'), unpacking);
    return await onTemporary(config.database, unpacked, await inside(folder, 'data'), async (database) => {
      await silence(database);
      const port = await freePort();
      const temporary = loadConfig(
        settings(env, { database, unpacked, port, dataDir: join(folder, 'data') }),
      );
      const app = await options.createApp(temporary).catch((cause: Error) => {
        throw new BackupFailure(
          'not-verified',
          `the program does not start with it: ${cause.message}`,
          cause,
        );
      });
      try {
        await app.listen(port, '127.0.0.1');
        return { ...unpacked.manifest, ...(await looked(app, temporary, unpacked, options.known)) };
      } finally {
        await app.close();
      }
    });
  });
}

async function onTemporary<T>(
  database: Config['database'],
  { databaseFile }: Unpacked,
  dataDir: string,
  work: (database: Config['database']) => Promise<T>,
): Promise<T> {
  if (database.kind === 'sqlite') {
    const file = join(dataDir, 'gatehouse.sqlite');
    await move(databaseFile, file);
    return work({ kind: 'sqlite', file });
  }
  const name = `gatehouse_verify_${randomBytes(6).toString('hex')}`;
  await connected(database, (ask) => ask(`CREATE DATABASE ${name}`)).catch((cause: Error) => {
    throw new BackupFailure(
      'not-verified',
      `no temporary database can be made (${cause.message}): verify with a DATABASE_URL whose user may create databases`,
      cause,
    );
  });
  try {
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    await restoreDump(url.href, databaseFile);
    return await work({ kind: 'postgresql', url: url.href });
  } finally {
    await connected(database, (ask) => ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  }
}

async function silence(database: Config['database']): Promise<void> {
  const there = await tablesIn(database);
  await connected(database, async (ask) => {
    for (const table of OUTBOXES) if (there.includes(table)) await ask(`DELETE FROM ${table}`);
    // The sign-in below is nobody's, and no receiver is to hear of it.
    if (there.includes('declaration')) await ask(`DELETE FROM declaration WHERE kind = 'webhooks'`);
  });
}

/** The operator's settings, but for whatever reaches outside, and whatever would stand in the way of a plain sign-in. */
function settings(
  env: Environment,
  of: { database: Config['database']; unpacked: Unpacked; port: number; dataDir: string },
): Environment {
  const without = ['SMTP_URL', 'DATABASE_URL', 'GATEHOUSE_SECRET'].flatMap((name) => [name, `${name}_FILE`]);
  return {
    ...env,
    ...Object.fromEntries([...without, 'GATEHOUSE_CLIENTS_FILE'].map((name) => [name, undefined])),
    DATABASE_URL: of.database.kind === 'sqlite' ? `sqlite:${of.database.file}` : of.database.url,
    GATEHOUSE_SECRET: of.unpacked.secret,
    GATEHOUSE_DATA_DIR: of.dataDir,
    GATEHOUSE_URL: `http://localhost:${of.port}`,
    GATEHOUSE_PORT: String(of.port),
    GATEHOUSE_BIND: '127.0.0.1',
    GATEHOUSE_SECOND_FACTOR: 'optional',
    GATEHOUSE_EMAIL_VERIFICATION: 'optional',
    GATEHOUSE_RECOVERY_DELAY: 'off',
    GATEHOUSE_KEY_ROTATION: 'off',
    GATEHOUSE_AUDIT_RETENTION: 'off',
    GATEHOUSE_TEST_APP: 'off',
    // A server that runs beside it has that port.
    GATEHOUSE_METRICS_PORT: undefined,
    OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
    GATEHOUSE_STOP_DELAY: 'off',
    GATEHOUSE_LOG_LEVEL: 'error',
  };
}

async function looked(
  app: INestApplication,
  config: Config,
  unpacked: Unpacked,
  known: readonly string[],
): Promise<Omit<Verified, keyof Manifest>> {
  const [count] = await app.get(Sql).rows<{ n: number | string }>('SELECT count(*) AS n FROM account');
  const opened = await openEverything(app.get(Sql), app.get(Secrets));
  const { whole, checked, waiting } = await app.get(AuditVerification).verify();
  const username = `restore-check-${randomBytes(4).toString('hex')}`;
  const person = { username, password: randomBytes(24).toString('base64url') };
  const made = await app.get(Accounts).register({ ...person, email: `${username}@gatehouse.invalid` });
  const failed = made === 'taken' ? 'the name is taken' : await signInOverPages(config.issuer, person);
  if (failed) throw new BackupFailure('not-verified', `nobody can sign in with it: ${failed}`);
  return {
    migrated: known.filter((name) => !unpacked.manifest.migrations.includes(name)),
    accounts: Number(count!.n),
    opened,
    audit: { whole, checked, waiting },
    clientsFile: await clientsFile(unpacked, config),
    signIn: 'done',
  };
}

/** @throws BackupFailure where the secret of the archive does not belong to its database */
async function openEverything(sql: Sql, secrets: Secrets): Promise<number> {
  const sealed = [
    ...(await sealedIn(sql, 'signing_key', 'kid', 'sealed_jwk', keyPlace)),
    ...(await sealedIn(sql, 'authenticator', 'id', 'sealed_secret', authenticatorPlace)),
    ...(await sealedIn(sql, 'client', 'id', 'sealed_secret', sealedAt)),
  ];
  for (const { value, where } of sealed) {
    try {
      secrets.open(value, where);
    } catch (cause) {
      throw new BackupFailure('not-verified', `${where} does not open with the secret of the archive`, cause);
    }
  }
  return sealed.length;
}

async function sealedIn(
  sql: Sql,
  table: string,
  id: string,
  column: string,
  place: (id: string) => string,
): Promise<{ value: string; where: string }[]> {
  // A revoked key has nothing left to open.
  const rows = await sql.rows<{ id: string; value: string }>(
    `SELECT ${id} AS id, ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL AND ${column} <> ''`,
  );
  return rows.map(({ id, value }) => ({ value, where: place(id) }));
}

async function clientsFile({ databaseFile, clientsFile, files }: Unpacked, config: Config): Promise<string> {
  const usual = files.includes('clients.yaml') ? join(databaseFile, '..', 'data', 'clients.yaml') : undefined;
  const file = clientsFile ?? usual;
  if (!file || !(await exists(file))) return 'none';
  try {
    readClientsFile(file, config);
    return 'good';
  } catch (error) {
    return (error as Error).message;
  }
}

async function inside(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { mode: 0o700 });
  return path;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
