import { MikroORM, type Options } from '@mikro-orm/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { ormOptions } from './options.js';
import { Sql } from './sql.js';
import { sqliteBehind } from './sqlite.js';

const NAME = 'SELECT name FROM thing WHERE id = ?';

describe('what is settled', () => {
  let folder: string;
  let here: Sql;
  let elsewhere: Sql;
  const open: MikroORM[] = [];

  async function connect(): Promise<Sql> {
    const database = { kind: 'sqlite', file: join(folder, 'settled.sqlite') } as const;
    const options = await ormOptions(database, [], { sqlite: [], postgresql: [] });
    const orm = await MikroORM.init(options as Options);
    open.push(orm);
    return Sql.of(orm, { database } as Config);
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-settled-'));
    here = await connect();
    await here.run('CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT)');
    await here.run('CREATE TABLE other (id INTEGER PRIMARY KEY)');
    await here.run(`INSERT INTO thing VALUES (1, 'old'), (2, 'second')`);
    elsewhere = await connect();
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((orm) => orm.close(true)));
    rmSync(folder, { recursive: true, force: true });
  });

  const name = async (id = 1) => (await here.settled<{ name: string }>(NAME, id))[0]?.name;

  it('is the same as long as nobody writes to its table', async () => {
    const first = await here.settled(NAME, 1);
    await turn();
    expect(await here.settled(NAME, 1)).toBe(first);
    await here.run('INSERT INTO other VALUES (1)');
    expect(await here.settled(NAME, 1)).toBe(first);
    expect(await name(2)).toBe('second');
  });

  it.each([
    ['a statement', () => here.run(`UPDATE thing SET name = 'new' WHERE id = 1`)],
    ['one that answers', () => here.rows(`UPDATE thing SET name = 'new' WHERE id = 1 RETURNING id`)],
    ['a transaction', () => here.transaction((sql) => sql.run(`UPDATE thing SET name = 'new'`))],
    ['another process', () => elsewhere.run(`UPDATE thing SET name = 'new'`).then(() => turn())],
    [
      'the ORM',
      () => open[0]!.em.fork().getConnection().execute('update `thing` set `name` = ? where 1', ['new']),
    ],
  ])('is read anew after %s has written', async (_who, write) => {
    expect(await name()).toBe('old');
    await write();
    expect(await name()).toBe('new');
  });

  it('says nothing of what is not yet committed, or is taken back', async () => {
    expect(await name()).toBe('old');
    let seen: Promise<unknown> | undefined;
    const taken = here.transaction(async (sql) => {
      await sql.run(`UPDATE thing SET name = 'never'`);
      seen = name();
      throw new Error('taken back');
    });
    await expect(taken).rejects.toThrow('taken back');
    expect(await seen).toBe('old');
    expect(await name()).toBe('old');
  });

  it('is read anew after another process has written while this one had its hands full', async () => {
    const other = await sqliteBehind(open[1]!);
    expect(await name()).toBe('old');
    other.prepare(`UPDATE thing SET name = 'new'`).run([]);
    const until = performance.now() + 2;
    while (performance.now() < until);
    expect(await name()).toBe('new');
  });

  it('is kept in memory only as far as it is short', async () => {
    await here.run('UPDATE thing SET name = ? WHERE id = 1', 'x'.repeat(10_000));
    const first = await here.settled(NAME, 1);
    expect(await here.settled(NAME, 1)).not.toBe(first);
    expect(await here.settled(NAME, 1)).toEqual(first);
  });
});
