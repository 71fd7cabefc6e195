import { afterEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.js';
import { AuditVerification } from '../../src/audit/audit-verification.service.js';
import { loadConfig } from '../../src/config/load.js';
import { projectRoot } from '../../src/config/root.js';
import { Sql } from '../../src/database/sql.js';
import { migrations } from '../../src/migrations.js';
import { Application } from '../support/application.js';
import { Authenticator } from '../support/authenticator.js';
import { Browser } from '../support/browser.js';
import { TestClock } from '../support/clock.js';
import { database, freshPostgresql } from '../support/database.js';
import { fill, migrateTo, whatWasKept } from '../support/database-of-before.js';
import { keepDatabase } from '../support/keep-database.js';
import { ada, bea } from '../support/people.js';
import { HOUR } from '../../src/kernel/clock.js';
import { CLIENTS, freePort, type TestServer } from '../support/server.js';

const names = migrations[database].map(({ name }) => name);
const kept = readdirSync(join(projectRoot, 'test/upgrades'))
  .filter((name) => name.endsWith(`.${database}.json`))
  .map((name) => name.slice(0, 4))
  .sort();
/** Every state, and the newest program of before whose rows it can have. */
const states = names.map((name, index) => ({
  name,
  count: index + 1,
  rowsOf: kept.filter((state) => state <= name.slice(0, 4)).at(-1)!,
}));

describe('a database of a version before', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-upgrade-'));
  let app: NestExpressApplication | undefined;
  let drop = () => Promise.resolve();
  afterEach(async () => {
    await app?.close();
    await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(states)('is taken over from $name with all that was in it', async ({ count, rowsOf }) => {
    const before = whatWasKept(rowsOf);
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    drop = () => fresh?.drop() ?? Promise.resolve();
    const port = await freePort();
    const dataDir = mkdtempSync(`${folder}-`);
    writeFileSync(join(dataDir, 'clients.yaml'), CLIENTS);
    const env: Record<string, string> = {
      GATEHOUSE_URL: `http://localhost:${port}`,
      GATEHOUSE_PORT: String(port),
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_SECRET: before.secret,
      GATEHOUSE_LOG_LEVEL: 'error',
      ...(fresh ? { DATABASE_URL: fresh.url } : {}),
    };
    await migrateTo(env, before.tables['mikro_orm_migrations']!.length);
    await fill(env, before);
    // What a version in between would have made of it.
    await migrateTo(env, count);

    const config = loadConfig(env);
    const clock = new TestClock();
    // It is shortly after, whenever this runs: no key is old by now, and no code of hers comes from the future.
    const made = new Date(before.tables['account']![0]!['created_at'] as string | number).getTime();
    clock.advance(made + HOUR - clock.now().getTime());
    app = await createApp(config, clock);
    await app.listen(port);
    const server = { app, url: config.issuer, clock } as unknown as TestServer;

    const counted = async (table: string) =>
      Number((await app!.get(Sql).rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]!.n);
    for (const table of ['account', 'authenticator', 'backup_code', 'client', 'signing_key'])
      expect({ table, rows: await counted(table) }).toEqual({ table, rows: before.tables[table]!.length });
    expect(await counted('mikro_orm_migrations')).toBe(names.length);

    const authenticator = new Authenticator(before.ada.seed);
    const browser = new Browser(server);
    await browser.open(new Application(server, 'notes').authorizationUrl());
    await browser.enterPassword(ada());
    await browser.enterTotp({ ...ada(), authenticator });
    expect(browser.sentTo?.searchParams.get('code')).toBeTruthy();

    const withBackupCode = new Browser(server);
    await withBackupCode.open(new Application(server, 'notes').authorizationUrl());
    await withBackupCode.enterPassword(ada());
    await withBackupCode.click('use-backup-code');
    await withBackupCode.press('submit', { code: before.ada.backupCodes[0]! });
    expect(withBackupCode.sentTo?.searchParams.get('code')).toBeTruthy();

    const other = new Browser(server);
    await other.signIn(bea());
    expect((await other.open('/dashboard')).status).toBe(200);
    expect(await app.get(AuditVerification).verify()).toMatchObject({ whole: true });
    rmSync(dataDir, { recursive: true, force: true });
  });

  // See test/upgrades/README.md.
  if (process.env['GATEHOUSE_KEEP_DATABASE'] === '1')
    it('is kept for the programs to come', () => keepDatabase(names.at(-1)!.slice(0, 4)));
});
