import { EntityManager, MikroORM, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { Sql } from '../../src/database/sql.js';
import type { TestServer } from './server.js';

/** The tables that say of each row whose it is; and those that do not. */
export function tables(server: TestServer): { linked: EntityMetadata[]; unlinked: string[] } {
  const all = [...server.app.get(MikroORM).getMetadata().getAll().values()];
  const isLinked = ({ properties }: EntityMetadata) => 'accountId' in properties;
  return {
    linked: all.filter(isLinked),
    unlinked: all.filter((each) => !isLinked(each)).map(({ tableName }) => tableName),
  };
}

/** Puts a row of an account into a table, with something in every column; it does not expire soon. */
export async function addRow(server: TestServer, table: EntityMetadata, accountId: string): Promise<void> {
  const row: Record<string, unknown> = {};
  for (const property of table.props) if (!property.autoincrement) row[property.name] = something(property);
  await server.app
    .get(EntityManager)
    .fork()
    .insert(table.class, { ...row, accountId });
}

export async function rowsOf(server: TestServer, table: string, accountId: string): Promise<object[]> {
  return server.app.get(Sql).rows<object>(`SELECT * FROM ${table} WHERE account_id = ?`, accountId);
}

function something({ runtimeType, columnTypes, length }: EntityProperty): unknown {
  if (runtimeType === 'boolean') return true;
  if (runtimeType === 'Date') return new Date(4e12);
  if (runtimeType === 'number') return columnTypes[0] === 'bigint' ? 4e12 : 4;
  if (/json/.test(columnTypes[0]!)) return { some: 'thing' };
  if (/blob|bytea/.test(columnTypes[0]!)) return Buffer.from('something');
  return randomBytes(100)
    .toString('hex')
    .slice(0, length ?? 20);
}
