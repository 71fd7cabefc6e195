import { expect } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { projectRoot } from '../../src/config/root.js';
import { Application } from './application.js';
import { Browser } from './browser.js';
import type { Before } from './database-of-before.js';
import { database, freshPostgresql } from './database.js';
import { addEnrolled } from './enrolled.js';
import { ada, bea } from './people.js';
import { TestServer } from './server.js';

/** Writes what this program keeps of Ada and Bea into test/upgrades. */
export async function keepDatabase(state: string): Promise<void> {
  const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
  const server = await TestServer.start(fresh ? { env: { DATABASE_URL: fresh.url } } : {});
  const person = ada();
  await addEnrolled(server, person);
  await server.addPerson(bea());
  const browser = new Browser(server);
  await browser.open(new Application(server, 'notes').authorizationUrl());
  await browser.enterPassword(person);
  await browser.enterTotp(person);
  expect(browser.sentTo?.href).toContain('code=');
  const other = new Browser(server);
  await other.signIn(bea());
  await other.open(new Application(server, 'calendar').authorizationUrl());
  const secret = readFileSync(join(server.dataDir, 'secret.key'), 'utf8').trim();
  await server.app.close();
  const tables = fresh
    ? await tablesOfServer(fresh.url)
    : tablesOfFile(join(server.dataDir, 'gatehouse.sqlite'));
  await fresh?.drop();
  const [, ...backupCodes] = person.backupCodes!;
  const file = join(projectRoot, 'test/upgrades', `${state}.${database}.json`);
  writeFileSync(file, asText({ secret, ada: { seed: person.authenticator!.secret, backupCodes }, tables }));
}

type Tables = Before['tables'];

async function tablesOfServer(url: string): Promise<Tables> {
  const client = new pg.Client(url);
  await client.connect();
  const query = 'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1';
  const names = (await client.query<{ name: string }>(query)).rows.map(({ name }) => name);
  const tables: Tables = {};
  for (const name of names) {
    const { rows } = await client.query<{ row: Record<string, unknown> }>(
      `SELECT row_to_json(t) AS row FROM "${name}" t`,
    );
    if (rows.length > 0) tables[name] = rows.map(({ row }) => row);
  }
  await client.end();
  return tables;
}

function tablesOfFile(path: string): Tables {
  const file = new DatabaseSync(path);
  const query =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
  const names = file
    .prepare(query)
    .all()
    .map(({ name }) => name as string);
  const rows = names.map((name) => [name, file.prepare(`SELECT * FROM "${name}"`).all()] as const);
  file.close();
  return Object.fromEntries(rows.filter(([, found]) => found.length > 0));
}

/** A row a line. */
function asText({ secret, ada: person, tables }: Before): string {
  const table = ([name, rows]: [string, unknown[]]) =>
    `    ${JSON.stringify(name)}: [\n${rows.map((row) => `      ${JSON.stringify(row)}`).join(',\n')}\n    ]`;
  return [
    '{',
    `  "secret": ${JSON.stringify(secret)},`,
    `  "ada": ${JSON.stringify(person)},`,
    '  "tables": {',
    Object.entries(tables).map(table).join(',\n'),
    '  }',
    '}\n',
  ].join('\n');
}
