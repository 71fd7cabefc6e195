import { MikroORM, type Options } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { CompiledQuery } from 'kysely';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { isBusy } from './failures.js';
import { ormOptions, type Entities, type MigrationList } from './options.js';
import { PATIENCE } from './patience.js';
import { NewerDatabase, Schema } from './schema.js';
import type { SqlRunner } from './sql.js';
import { direct, nativeSqlite, type SqliteDatabase } from './sqlite.js';

/** Any number: the name of this lock among PostgreSQL's advisory locks. */
const MIGRATION_LOCK = 7_236_651;
/** Milliseconds between two looks whether another process still migrates. */
const LOOK_AGAIN = 50;

export interface Program {
  readonly config: Config;
  readonly entities: Entities;
  readonly migrations: MigrationList;
}

/**
 * Brings the schema up to date. Instances that start at once wait for one another, as long as it takes: a change of a filled table
 * may need minutes. Only the first has work to do.
 * @throws NewerDatabase before anything is written
 */
export async function migrate(orm: MikroORM, program: Program): Promise<void> {
  await (program.config.database.kind === 'sqlite'
    ? migrateFile(orm, program.migrations)
    : migrateServer(program));
}

/** @returns whether there is something to do */
async function isBehind(sql: Pick<SqlRunner, 'rows'>, list: readonly { name: string }[]): Promise<boolean> {
  const { pending, unknown } = await new Schema(
    sql,
    list.map(({ name }) => name),
  ).state();
  if (unknown.length > 0) throw new NewerDatabase(unknown);
  return pending.length > 0;
}

/** All of it is one transaction, which no other process can write beside: what is killed in the middle has done nothing. */
async function migrateFile(orm: MikroORM, { sqlite: list }: MigrationList): Promise<void> {
  const database = await nativeSqlite(orm);
  const sql = direct(database);
  if (!(await isBehind(sql, list))) return;
  await begin(database, sql);
  try {
    if (await isBehind(sql, list)) await orm.migrator.up();
    await sql.run('COMMIT');
  } finally {
    if (database.inTransaction) await sql.run('ROLLBACK');
  }
}

async function begin(database: SqliteDatabase, sql: SqlRunner): Promise<void> {
  // SQLite would wait with the whole program, which could not even be stopped meanwhile.
  database.pragma('busy_timeout = 0');
  try {
    for (;;) {
      try {
        return void (await sql.run('BEGIN IMMEDIATE'));
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
      await pause(LOOK_AGAIN);
    }
  } finally {
    database.pragma(`busy_timeout = ${PATIENCE}`);
  }
}

/** Over connections of its own, which give nothing up. */
async function migrateServer({ config, entities, migrations }: Program): Promise<void> {
  const options = await ormOptions(config.database, entities, migrations, 'patient');
  const orm = await MikroORM.init(options as Options);
  try {
    const kysely = (orm.em as unknown as SqlEntityManager).getKysely();
    await kysely.connection().execute(async (connection) => {
      const ask = (text: string) => connection.executeQuery(CompiledQuery.raw(text));
      const sql = { rows: async <Row>(text: string) => (await ask(text)).rows as Row[] };
      await ask(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
      try {
        if (await isBehind(sql, migrations.postgresql)) await orm.migrator.up();
      } finally {
        await ask(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
      }
    });
  } finally {
    await orm.close(true);
  }
}
