import { MikroORM, type Options } from '@mikro-orm/core';
import { existsSync } from 'node:fs';
import type { Outcome } from './admin/commands/outcome.js';
import type { Config } from './config/config.js';
import { migrate } from './database/migrate.js';
import { ormOptions } from './database/options.js';
import { NewerDatabase, Schema } from './database/schema.js';
import { Sql } from './database/sql.js';
import { entities } from './entities.js';
import { migrations } from './migrations.js';

/**
 * Brings the database up to date without a server, for whoever wants that to be a step of its own. Servers that run go on.
 * @throws NewerDatabase
 */
export async function runMigrate(config: Config, { dryRun }: { dryRun: boolean }): Promise<Outcome> {
  const names = migrations[config.database.kind].map(({ name }) => name);
  // Opening it would make it.
  if (dryRun && config.database.kind === 'sqlite' && !existsSync(config.database.file))
    return outcome(config, names, dryRun);
  const orm = await MikroORM.init((await ormOptions(config.database, entities, migrations)) as Options);
  try {
    const { pending, unknown } = await new Schema(await Sql.of(orm, config), names).state();
    if (unknown.length > 0) throw new NewerDatabase(unknown);
    if (!dryRun) await migrate(orm, { config, entities, migrations });
    return outcome(config, pending, dryRun);
  } finally {
    await orm.close(true);
  }
}

function outcome({ database }: Config, names: readonly string[], dryRun: boolean): Outcome {
  return {
    done: true,
    message: inWords(names, dryRun),
    facts: { database: database.kind, [dryRun ? 'pending' : 'migrated']: names },
  };
}

function inWords(pending: readonly string[], dryRun: boolean): string {
  if (pending.length === 0) return 'the database is up to date';
  return [dryRun ? 'due:' : 'migrated:', ...pending].join('\n');
}
