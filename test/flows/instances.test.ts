import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import pg from 'pg';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { database, freshPostgresql } from '../support/database.js';
import { bea } from '../support/people.js';
import { freePort, TestServer } from '../support/server.js';

describe('several instances on one database', () => {
  const person = bea();
  let first: TestServer;
  let second: NestExpressApplication;
  let secondAddress: string;
  let databaseUrl: string;
  let drop = async () => {};
  const elsewhere = mkdtempSync(join(tmpdir(), 'gatehouse-second-'));

  const startAnother = async (port: number) => {
    const config = loadConfig({
      GATEHOUSE_URL: first.url,
      GATEHOUSE_PORT: String(port),
      GATEHOUSE_DATA_DIR: elsewhere,
      GATEHOUSE_SECRET: readFileSync(join(first.dataDir, 'secret.key'), 'utf8'),
      GATEHOUSE_LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl,
    });
    const app = await createApp(config, first.clock);
    await app.listen(port);
    return app;
  };

  beforeAll(async () => {
    if (database === 'postgresql') {
      const fresh = await freshPostgresql();
      databaseUrl = fresh.url;
      drop = () => fresh.drop();
      first = await TestServer.start({ env: { DATABASE_URL: databaseUrl } });
    } else {
      first = await TestServer.start();
      databaseUrl = `sqlite:${join(first.dataDir, 'gatehouse.sqlite')}`;
    }
    await first.addPerson(person);
    const port = await freePort();
    // It has no clients file of its own.
    second = await startAnother(port);
    secondAddress = `http://localhost:${port}`;
  });
  afterAll(async () => {
    await second.close();
    await first.stop();
    await drop();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it('know the same keys and the same applications, also where one lacks the clients file', async () => {
    const keys = async (address: string) => (await fetch(`${address}/oidc/jwks`)).text();
    expect(await keys(secondAddress)).toBe(await keys(first.url));
    const browser = new Browser(first);
    const notes = new Application(first, 'notes');
    await browser.open(notes.authorizationUrl());
    expect(browser.page.text).toContain('Notes');
  });

  it('share the session, and its end', async () => {
    const browser = new Browser(first);
    await browser.signIn(person);
    const cookie = Object.entries(browser.cookies('/'))
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const atSecond = () => fetch(`${secondAddress}/dashboard`, { headers: { cookie }, redirect: 'manual' });
    expect((await atSecond()).status).toBe(200);
    await browser.press('sign-out');
    expect((await atSecond()).status).toBe(303);
  });

  it('start while another one migrates, however long that takes', async () => {
    const lock = database === 'postgresql' ? new pg.Client(databaseUrl) : undefined;
    await lock?.connect();
    await lock?.query('SELECT pg_advisory_lock(7236651)');
    const starting = startAnother(await freePort());
    await pause(3_500);
    await lock?.end();
    await (await starting).close();
  });
});
