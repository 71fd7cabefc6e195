import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MikroORM } from '@mikro-orm/core';
import { EXPORTED, NOT_EXPORTED } from '../src/dashboard/export.js';
import { TestServer } from './support/server.js';

/** What a person gets of themselves is decided for every table and every column: a new one cannot be forgotten. */
describe('the export of one’s data', () => {
  let server: TestServer;
  let columns: Record<string, string[]>;
  beforeAll(async () => {
    server = await TestServer.start();
    const metadata = server.app.get(MikroORM).getMetadata().getAll();
    columns = Object.fromEntries(
      [...metadata.values()].map(({ tableName, props }) => [
        tableName,
        props.map(({ name }) => String(name)),
      ]),
    );
  });
  afterAll(() => server.stop());

  it('has every column of every table, or a reason why not', () => {
    const undecided = Object.entries(columns)
      .filter(([table]) => !NOT_EXPORTED[table])
      .flatMap(([table, names]) =>
        names
          .filter((name) => !EXPORTED[table]?.columns.includes(name) && !NOT_EXPORTED[`${table}.${name}`])
          .map((name) => `${table}.${name}`),
      );
    expect(Object.keys(columns).length).toBeGreaterThan(15);
    expect(undecided).toEqual([]);
  });

  it('leaves no table out as a whole that has an account’s rows', () => {
    const linked = Object.keys(columns).filter((table) => columns[table]!.includes('accountId'));
    expect(linked.filter((table) => !EXPORTED[table])).toEqual([]);
  });

  it('decides once, and names nothing that does not exist', () => {
    const exported = Object.entries(EXPORTED).flatMap(([table, each]) =>
      each.columns.map((name) => `${table}.${name}`),
    );
    expect(exported.filter((name) => name in NOT_EXPORTED)).toEqual([]);
    const known = Object.entries(columns).flatMap(([table, names]) => [
      table,
      ...names.map((name) => `${table}.${name}`),
    ]);
    expect([...exported, ...Object.keys(NOT_EXPORTED)].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('has no column that is named like a secret', () => {
    const secret = /secret|password(?!ChangedAt)|hash|token(?!Until)|sealed|payload|proof/i;
    const columnsOf = Object.values(EXPORTED).flatMap((table) => table.columns);
    expect(columnsOf.filter((name) => secret.test(name))).toEqual([]);
  });
});
