import { MikroORM, type Options } from '@mikro-orm/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';
import { loadConfig } from '../../src/config/load.js';
import { projectRoot } from '../../src/config/root.js';
import { migrate } from '../../src/database/migrate.js';
import { ormOptions } from '../../src/database/options.js';
import { entities } from '../../src/entities.js';
import { migrations } from '../../src/migrations.js';
import { database } from './database.js';

type Row = Record<string, unknown>;

/** What a program of before has left (test/upgrades). */
export interface Before {
  readonly secret: string;
  readonly ada: { readonly seed: string; readonly backupCodes: string[] };
  readonly tables: Record<string, Row[]>;
}

export function whatWasKept(state: string): Before {
  const file = join(projectRoot, 'test/upgrades', `${state}.${database}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Before;
}

/** As many migrations as a program of before had. */
export async function migrateTo(env: Record<string, string>, count: number): Promise<void> {
  const config = loadConfig(env);
  const old = {
    sqlite: migrations.sqlite.slice(0, count),
    postgresql: migrations.postgresql.slice(0, count),
  };
  const options = (await ormOptions(config.database, entities, old)) as Options;
  // The snapshot in the repository is of the newest migration.
  const orm = await MikroORM.init({ ...options, migrations: { ...options.migrations, snapshot: false } });
  await migrate(orm, { config, entities, migrations: old });
  await orm.close(true);
}

/** The migrations themselves are there already. */
const rowsOf = ({ tables }: Before) =>
  Object.entries(tables).filter(([name]) => name !== 'mikro_orm_migrations');

export async function fill(env: Record<string, string>, before: Before): Promise<void> {
  const { database: place } = loadConfig(env);
  if (place.kind === 'postgresql') return fillServer(place.url, before);
  const file = new DatabaseSync(place.file);
  for (const [table, rows] of rowsOf(before))
    for (const row of rows) {
      const names = Object.keys(row);
      const values = Object.values(row).map((value) => value as SQLInputValue);
      file
        .prepare(`INSERT INTO "${table}" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...values);
    }
  file.close();
}

async function fillServer(url: string, before: Before): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const [table, rows] of rowsOf(before)) {
    const insert = `INSERT INTO "${table}" SELECT * FROM json_populate_recordset(NULL::"${table}", $1)`;
    await client.query(insert, [JSON.stringify(rows)]);
    const { rows: counted } = await client.query<{ column: string }>(
      `SELECT column_name AS "column" FROM information_schema.columns
       WHERE table_name = $1 AND (column_default LIKE 'nextval%' OR is_identity = 'YES')`,
      [table],
    );
    for (const { column } of counted)
      await client.query(
        `SELECT setval(pg_get_serial_sequence($1, $2), (SELECT max("${column}") FROM "${table}"))`,
        [table, column],
      );
  }
  await client.end();
}
