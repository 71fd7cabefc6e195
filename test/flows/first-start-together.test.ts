import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { migrations } from '../../src/migrations.js';
import { database, freshPostgresql } from '../support/database.js';
import { Program } from '../support/program.js';
import { freePort } from '../support/server.js';

const TOGETHER = 3;

describe('several instances that start at once on an empty database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-together-'));
  let drop = () => Promise.resolve();
  afterEach(async () => {
    await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const read = async <Row>(url: string | undefined, text: string): Promise<Row[]> => {
    if (!url) {
      const file = new DatabaseSync(join(folder, 'gatehouse.sqlite'), { readOnly: true });
      const rows = file.prepare(text).all() as Row[];
      file.close();
      return rows;
    }
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows as Row[];
  };

  it('migrate it once, share their secret and their keys, and all of them get ready', async () => {
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    drop = () => fresh?.drop() ?? Promise.resolve();
    const ports = await Promise.all(Array.from({ length: TOGETHER }, freePort));
    const programs = ports.map(
      (port) =>
        new Program({
          GATEHOUSE_URL: 'http://localhost:9',
          GATEHOUSE_PORT: String(port),
          GATEHOUSE_DATA_DIR: folder,
          ...(fresh ? { DATABASE_URL: fresh.url } : {}),
        }),
    );
    try {
      await Promise.all(programs.map((program) => program.said('Gatehouse is ready', 50_000)));
      const answers = await Promise.all(
        ports.map(async (port) => (await fetch(`http://localhost:${port}/health/ready`)).status),
      );
      expect(answers).toEqual(Array.from({ length: TOGETHER }, () => 200));
      const key = async (port: number) => (await fetch(`http://localhost:${port}/oidc/jwks`)).text();
      const [first, ...others] = await Promise.all(ports.map(key));
      expect(others).toEqual(others.map(() => first));
    } finally {
      for (const program of programs) await program.ended('SIGTERM');
    }
    const done = await read<{ name: string }>(
      fresh?.url,
      'SELECT name FROM mikro_orm_migrations ORDER BY id',
    );
    expect(done.map(({ name }) => name)).toEqual(migrations[database].map(({ name }) => name));
    expect(programs.map(({ output }) => output).join('')).not.toMatch(/^\s+at |error/im);
  }, 60_000);
});
