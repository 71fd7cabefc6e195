import type { AnyEntity, EntityClass, EntitySchema } from '@mikro-orm/core';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { CompiledQuery, type DatabaseConnection } from 'kysely';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { projectRoot } from '../config/root.js';
import { SECOND } from '../kernel/clock.js';
import { PATIENCE } from './patience.js';

export type Entities = (EntityClass<AnyEntity> | EntitySchema)[];
type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration;
export interface MigrationList {
  readonly sqlite: { name: string; class: MigrationClass }[];
  readonly postgresql: { name: string; class: MigrationClass }[];
}

/** A statement that hangs is given up by the server, and by us where the server itself has gone. */
const GIVE_UP = {
  statement_timeout: PATIENCE,
  query_timeout: PATIENCE + SECOND / 2,
  idle_in_transaction_session_timeout: 10 * SECOND,
};

/** MikroORM's options for the configured database; both dialects come from the same entities, and one driver is loaded. */
export async function ormOptions(
  database: Config['database'],
  entities: Entities,
  migrations: MigrationList,
  patience: 'patient' | 'impatient' = 'impatient',
) {
  const common = {
    entities,
    extensions: [Migrator],
    discovery: { warnWhenNoEntities: false },
    allowGlobalContext: false,
    colors: false,
    migrations: {
      migrationsList: migrations[database.kind],
      // Only `npm run migration:create` writes here.
      path: join(projectRoot, 'migrations', database.kind),
      pathTs: join(projectRoot, 'migrations', database.kind),
      snapshotName: '.snapshot',
      // A start compares nothing with the snapshot: the ORM cannot read an index on an expression back, and fails.
      snapshotOnMigrate: false,
      emit: 'ts' as const,
      silent: true,
      // In SQLite they run inside a transaction of ours (migrate.ts).
      transactional: database.kind === 'postgresql',
      allOrNothing: database.kind === 'postgresql',
    },
  };
  if (database.kind === 'sqlite') {
    const { defineConfig } = await import('@mikro-orm/sqlite');
    return defineConfig({ ...common, dbName: database.file, onCreateConnection: durable });
  }
  const { defineConfig } = await import('@mikro-orm/postgresql');
  return defineConfig({
    ...common,
    clientUrl: database.url,
    pool: { min: 0, max: 10, idleTimeoutMillis: 30 * SECOND },
    driverOptions: {
      connectionTimeoutMillis: PATIENCE,
      ...(patience === 'impatient' ? GIVE_UP : {}),
      keepAlive: true,
      // What was acknowledged is on the disk, whatever the server's default says.
      options: '-c synchronous_commit=on',
    },
  });
}

async function durable(connection: unknown): Promise<void> {
  const sqlite = connection as DatabaseConnection;
  const pragma = (text: string) => sqlite.executeQuery(CompiledQuery.raw(text), {});
  // First: processes that make a new file together wait for one another.
  await pragma(`PRAGMA busy_timeout = ${PATIENCE}`);
  await pragma('PRAGMA journal_mode = WAL');
  // FULL: a commit that was answered survives a power cut, not only a crash.
  await pragma('PRAGMA synchronous = FULL');
  await pragma('PRAGMA foreign_keys = ON');
}
