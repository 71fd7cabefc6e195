import type { MikroORM } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { CompiledQuery } from 'kysely';
import type { Config } from '../config/config.js';

/** Any number: the name of this lock among PostgreSQL's advisory locks. */
const MIGRATION_LOCK = 7_236_651;

/** Brings the schema up to date. Instances that start at once wait for one another, and only the first has work to do. */
export async function migrate(orm: MikroORM, config: Config): Promise<void> {
  if (config.database.kind === 'sqlite') {
    await orm.migrator.up();
    return;
  }
  const kysely = (orm.em as unknown as SqlEntityManager).getKysely();
  await kysely.connection().execute(async (connection) => {
    await connection.executeQuery(CompiledQuery.raw('SET statement_timeout = 0'));
    await connection.executeQuery(CompiledQuery.raw(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`));
    try {
      await orm.migrator.up();
    } finally {
      await connection.executeQuery(CompiledQuery.raw(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`));
      await connection.executeQuery(CompiledQuery.raw('RESET statement_timeout'));
    }
  });
}
