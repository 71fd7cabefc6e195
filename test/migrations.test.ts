import { MikroORM, type Options } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../src/config/config.js';
import { projectRoot } from '../src/config/root.js';
import { migrate } from '../src/database/migrate.js';
import { ormOptions } from '../src/database/options.js';
import { nativeSqlite } from '../src/database/sqlite.js';
import { entities } from '../src/entities.js';
import { migrations } from '../src/migrations.js';

const inFolder = (dialect: string) =>
  readdirSync(join(projectRoot, 'migrations', dialect))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace('.ts', ''))
    .sort();

describe('the migrations', () => {
  it('have the same names for both databases', () => {
    expect(inFolder('sqlite')).toEqual(inFolder('postgresql'));
  });

  it('are all listed, in order', () => {
    for (const dialect of ['sqlite', 'postgresql'] as const)
      expect(migrations[dialect].map(({ name }) => name)).toEqual(inFolder(dialect));
  });

  it('let each table change by statements that name it alone: database/settled.ts relies on it', () => {
    for (const name of inFolder('sqlite'))
      expect(readFileSync(join(projectRoot, 'migrations', 'sqlite', `${name}.ts`), 'utf8')).not.toMatch(
        /\bcascade\b|\btrigger\b|set null|set default/i,
      );
  });
});

describe('a file that several processes migrate at once', () => {
  let folder: string;
  let connections: MikroORM[];

  const connect = async () => {
    const database = { kind: 'sqlite', file: join(folder, 'gatehouse.sqlite') } as const;
    const orm = await MikroORM.init((await ormOptions(database, entities, migrations)) as Options);
    connections.push(orm);
    return { orm, migrate: () => migrate(orm, { config: { database } as Config, entities, migrations }) };
  };
  const done = async ({ orm }: { orm: MikroORM }) =>
    (await nativeSqlite(orm))
      .prepare('SELECT name FROM mikro_orm_migrations ORDER BY id')
      .all([])
      .map((row) => (row as { name: string }).name);
  const all = migrations.sqlite.map(({ name }) => name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-migrations-'));
    connections = [];
  });
  afterEach(async () => {
    for (const each of connections) await each.close(true);
    rmSync(folder, { recursive: true });
  });

  it('is migrated by one of them', async () => {
    const [one, other] = [await connect(), await connect()];
    await Promise.all([one.migrate(), other.migrate()]);
    expect(await done(one)).toEqual(all);
  });

  it('is waited for as long as it takes, and the program lives meanwhile', async () => {
    const [one, other] = [await connect(), await connect()];
    const writing = await nativeSqlite(one.orm);
    writing.prepare('BEGIN IMMEDIATE').run([]);
    let isDone = false;
    const waiting = other.migrate().then(() => (isDone = true));
    const begun = performance.now();
    await pause(3_000);
    expect(performance.now() - begun).toBeLessThan(3_500);
    expect(isDone).toBe(false);
    writing.prepare('COMMIT').run([]);
    await waiting;
    expect(await done(other)).toEqual(all);
  });

  it('is left as it was when the migration is broken off', async () => {
    const one = await connect();
    const broken = { ...migrations, sqlite: [...migrations.sqlite, { name: '9999-broken', class: Broken }] };
    const database = { kind: 'sqlite', file: join(folder, 'gatehouse.sqlite') } as const;
    const orm = await MikroORM.init((await ormOptions(database, entities, broken)) as Options);
    connections.push(orm);
    const outcome = migrate(orm, { config: { database } as Config, entities, migrations: broken });
    await expect(outcome).rejects.toThrow('no_such_table');
    const tables = (await nativeSqlite(one.orm)).prepare('SELECT name FROM sqlite_master').all([]);
    expect(tables).toEqual([]);
  });
});

class Broken extends Migration {
  override up(): void {
    this.addSql('insert into no_such_table values (1)');
  }
}
