import { MikroORM, type Options } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { CompiledQuery } from 'kysely';
import type { Config } from '../config/config.js';
import { ormOptions, type Entities, type MigrationList } from './options.js';

/** Any number: the name of this lock among PostgreSQL's advisory locks. */
const MIGRATION_LOCK = 7_236_651;

/**
 * Brings the schema of a PostgreSQL up to date, over connections of its own that wait as long as it takes: a change of a filled
 * table may need minutes. Instances that start at once wait for one another, and only the first has work to do.
 */
export async function migrateAlone(
  config: Config,
  entities: Entities,
  migrations: MigrationList,
): Promise<void> {
  const options = await ormOptions(config.database, entities, migrations, 'patient');
  const orm = await MikroORM.init(options as Options);
  try {
    await alone(orm, () => orm.migrator.up());
  } finally {
    await orm.close(true);
  }
}

async function alone(orm: MikroORM, work: () => Promise<unknown>): Promise<void> {
  const kysely = (orm.em as unknown as SqlEntityManager).getKysely();
  await kysely.connection().execute(async (connection) => {
    await connection.executeQuery(CompiledQuery.raw(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`));
    try {
      await work();
    } finally {
      await connection.executeQuery(CompiledQuery.raw(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`));
    }
  });
}
