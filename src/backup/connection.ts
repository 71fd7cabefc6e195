import { MikroORM, type Options } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { CompiledQuery } from 'kysely';
import type { Config } from '../config/config.js';
import { ormOptions, type Entities } from '../database/options.js';
import { assertKnown, NewerDatabase } from '../database/schema.js';
import { BackupFailure } from './failures.js';

export type Ask = <Row>(text: string) => Promise<Row[]>;

/** A connection of its own to a database, without the program around it: nothing is migrated. */
export async function connected<T>(database: Config['database'], work: (ask: Ask) => Promise<T>): Promise<T> {
  const options = await ormOptions(database, [], { sqlite: [], postgresql: [] }, 'patient');
  const orm = await MikroORM.init(options as Options);
  try {
    const kysely = (orm.em as unknown as SqlEntityManager).getKysely<unknown>();
    return await work(
      async <Row>(text: string) => (await kysely.executeQuery(CompiledQuery.raw(text))).rows as Row[],
    );
  } finally {
    await orm.close(true);
  }
}

/** Which migrations it has had; none: it is empty. */
export async function migrationsOf(database: Config['database']): Promise<string[]> {
  return connected(database, async (ask) => {
    const tables =
      database.kind === 'sqlite'
        ? "SELECT name FROM sqlite_master WHERE name = 'mikro_orm_migrations'"
        : "SELECT to_regclass('mikro_orm_migrations') AS name WHERE to_regclass('mikro_orm_migrations') IS NOT NULL";
    if ((await ask(tables)).length === 0) return [];
    const rows = await ask<{ name: string }>('SELECT name FROM mikro_orm_migrations ORDER BY id');
    return rows.map(({ name }) => name);
  });
}

/**
 * An older program does nothing with a newer database: it does not know what belongs to it.
 * @throws BackupFailure newer-version
 */
export async function assertNotNewer(database: Config['database'], known: readonly string[]): Promise<void> {
  try {
    assertKnown(await migrationsOf(database), known);
  } catch (error) {
    if (error instanceof NewerDatabase) throw new BackupFailure('newer-version', error.message, error);
    throw error;
  }
}

/** The names of every table that the program makes. */
export async function tablesOf(database: Config['database'], entities: Entities): Promise<string[]> {
  const options = await ormOptions(database, entities, { sqlite: [], postgresql: [] });
  const orm = await MikroORM.init(options as Options);
  try {
    const all = [...orm.getMetadata().getAll().values()];
    return [...all.map(({ tableName }) => tableName), 'mikro_orm_migrations'];
  } finally {
    await orm.close(true);
  }
}

/** The file, and those that SQLite keeps beside it. */
export function filesOfSqlite({ file }: { readonly file: string }): string[] {
  return ['', '-wal', '-shm', '-journal'].map((end) => file + end);
}
