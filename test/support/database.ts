import { randomBytes } from 'node:crypto';
import pg from 'pg';

declare const DATABASE: 'sqlite' | 'postgresql';

/** The database this test file runs on: each file runs once on each. */
export const database: 'sqlite' | 'postgresql' = DATABASE;

/** A fresh PostgreSQL database: its URL, and a way to be rid of it. */
export async function freshPostgresql(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env['GATEHOUSE_TEST_POSTGRESQL']!;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function asAdmin(server: string, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
