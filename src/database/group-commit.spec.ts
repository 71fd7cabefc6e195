import { MikroORM, type Options } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sqlite';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { isDatabaseAway } from './failures.js';
import { ormOptions } from './options.js';
import { Sql } from './sql.js';
import { sqliteBehind, type SqliteDatabase } from './sqlite.js';

describe('what is written at the same moment', () => {
  let folder: string;
  let orm: MikroORM;
  let sql: Sql;
  let database: SqliteDatabase;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-group-'));
    const options = { kind: 'sqlite', file: join(folder, 'group.sqlite') } as const;
    orm = await MikroORM.init((await ormOptions(options, [], { sqlite: [], postgresql: [] })) as Options);
    sql = await Sql.of(orm, { database: options } as Config);
    database = await sqliteBehind(orm);
    await sql.run('CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE)');
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await orm.close(true);
    rmSync(folder, { recursive: true, force: true });
  });

  const insert = (name: string) => sql.run('INSERT INTO thing (name) VALUES (?)', name);
  const names = async () =>
    (await sql.rows<{ name: string }>('SELECT name FROM thing ORDER BY id')).map(({ name }) => name);
  /** The texts of what is run from now on. */
  const watch = () => {
    const prepare = jest.spyOn(database, 'prepare');
    return () => prepare.mock.calls.map(([text]) => text);
  };

  it('is committed together', async () => {
    const texts = watch();
    await Promise.all(['a', 'b', 'c'].map(insert));
    expect(texts().filter((text) => text === 'COMMIT')).toHaveLength(1);
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it('is each one’s own to succeed or fail', async () => {
    const outcomes = await Promise.allSettled([
      insert('a'),
      insert('a'),
      sql.transaction(async (within) => {
        await within.run(`INSERT INTO thing (name) VALUES ('taken back')`);
        throw new Error('no');
      }),
      insert('b'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await names()).toEqual(['a', 'b']);
  });

  it('is decided one after the other: of parallel conditional updates one changes the row', async () => {
    await insert('unspent');
    const spend = () => sql.run(`UPDATE thing SET name = 'spent' WHERE name = 'unspent'`);
    const changed = await Promise.all(Array.from({ length: 20 }, spend));
    expect(changed.filter((rows) => rows === 1)).toHaveLength(1);
  });

  it('is nobody’s when it does not reach the disk', async () => {
    const prepare = database.prepare.bind(database);
    jest.spyOn(database, 'prepare').mockImplementation((text) => {
      if (text === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
      return prepare(text);
    });
    const outcomes = await Promise.allSettled([insert('a'), insert('b')]);
    jest.restoreAllMocks();
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await names()).toEqual([]);
    await insert('c');
    expect(await names()).toEqual(['c']);
  });

  it('knows whose request it is part of', async () => {
    const request = new AsyncLocalStorage<string>();
    const of = (who: string) =>
      request.run(who, () => sql.transaction(() => Promise.resolve(request.getStore())));
    expect(await Promise.all([of('ada'), of('bea')])).toEqual(['ada', 'bea']);
  });

  it('is not mixed with a transaction of the ORM', async () => {
    const together = await Promise.allSettled([
      orm.em.fork().transactional(async (em) => {
        await (em as SqlEntityManager).execute(`insert into thing (name) values ('orm')`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error('taken back');
      }),
      insert('a'),
    ]);
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await names()).toEqual(['a']);
  });

  it('says what is the matter when the disk is full, to everybody whose writes that has ended', async () => {
    await insert('kept');
    database.pragma('max_page_count = 20');
    const outcomes = await Promise.allSettled([insert('a'), insert('x'.repeat(500_000)), insert('b')]);
    expect(outcomes.map((each) => each.status === 'rejected' && isDatabaseAway(each.reason))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await names()).toEqual(['kept']);
  });

  it('is refused, and not kept waiting for ever, when there is no way to the database any more', async () => {
    await (orm.em as SqlEntityManager).getKysely().destroy();
    const outcomes = await Promise.allSettled([insert('a'), insert('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  describe('while another process writes', () => {
    let other: MikroORM;
    let writing: SqliteDatabase;

    beforeEach(async () => {
      await insert('first');
      const options = { kind: 'sqlite', file: join(folder, 'group.sqlite') } as const;
      other = await MikroORM.init((await ormOptions(options, [], { sqlite: [], postgresql: [] })) as Options);
      writing = await sqliteBehind(other);
      writing.prepare('BEGIN IMMEDIATE').run([]);
    });
    afterEach(() => other.close(true));

    it('waits, and nothing else waits with it', async () => {
      const waiting = Promise.all([insert('a'), insert('b')]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await names()).toEqual(['first']);
      writing.prepare('COMMIT').run([]);
      expect(await waiting).toEqual([1, 1]);
      expect(await names()).toEqual(['first', 'a', 'b']);
    });

    it('is given up after two seconds, however many came one after the other', async () => {
      const begun = performance.now();
      const outcomes: Promise<unknown>[] = [];
      for (const name of ['a', 'b', 'c', 'd']) {
        outcomes.push(insert(name).catch((error: unknown) => isDatabaseAway(error)));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(await Promise.all(outcomes)).toEqual([true, true, true, true]);
      expect(performance.now() - begun).toBeLessThan(3_000);
      writing.prepare('COMMIT').run([]);
      expect(await insert('later')).toBe(1);
    });
  });
});
