import { afterAll, describe, expect, it } from '@jest/globals';
import { MikroORM, type Options } from '@mikro-orm/core';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { createApp } from '../../src/app.js';
import { AuditVerification } from '../../src/audit/audit-verification.service.js';
import { loadConfig } from '../../src/config/load.js';
import { ormOptions } from '../../src/database/options.js';
import { Sql } from '../../src/database/sql.js';
import { entities } from '../../src/entities.js';
import { Outbox } from '../../src/mail/outbox.js';
import { migrations } from '../../src/migrations.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Application } from '../support/application.js';
import { chained } from '../support/audit.js';
import { makeBackup, Places, reasonOf, restoreTo, verifyIn } from '../support/backups.js';
import { Browser } from '../support/browser.js';
import { database } from '../support/database.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';

const places = new Places();
afterAll(() => places.remove());

/** A server, and the settings with which the shell reaches the same data. */
async function serverWith(env: Record<string, string> = {}) {
  const { GATEHOUSE_DATA_DIR: _, GATEHOUSE_PORT: __, ...shared } = await places.empty(env);
  const server = await TestServer.start({ env: shared });
  const shell: Record<string, string> = {
    ...shared,
    GATEHOUSE_DATA_DIR: server.dataDir,
    GATEHOUSE_URL: server.url,
  };
  return { server, shell };
}

describe('a backup', () => {
  it('made while people register has everyone who was acknowledged before, and what had ended stays dead', async () => {
    const { server, shell } = await serverWith();
    const [ada, gone, disabled] = [somebody(), somebody(), somebody()];
    for (const person of [ada, gone, disabled]) await addEnrolled(server, person);
    const alive = new Browser(server);
    await alive.signIn(ada);
    const [left, stolen] = [new Browser(server), new Browser(server)];
    await left.signIn(gone);
    stolen.takeCookies(left);
    await left.press('sign-out');
    await stolen.open('/dashboard');
    expect(stolen.page.path).not.toBe('/dashboard');
    const calendar = new Application(server, 'calendar');
    const lost = new Browser(server);
    await lost.open(calendar.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await lost.enterPassword(disabled);
    await lost.enterTotp(disabled);
    await lost.press('submit');
    const { refresh_token: revoked } = await calendar.redeem(calendar.codeFrom(lost));
    await server.app.get(AccountCommands).run('disable', [disabled.username]);
    await chained(server);

    const acknowledged: string[] = [];
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) {
        const person = somebody();
        await server.addPerson(person);
        acknowledged.push(person.username);
      }
    })();
    while (acknowledged.length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    const before = [...acknowledged];
    const file = places.file();
    const made = await makeBackup(shell, file);
    expect(acknowledged.length).toBeGreaterThan(before.length);
    isWriting = false;
    await writing;
    expect(made.bytes).toBeGreaterThan(5_000);
    expect(readFileSync(file).includes(ada.username)).toBe(false);

    const port = new URL(server.url).port;
    const elsewhere = await places.empty({ GATEHOUSE_URL: server.url, GATEHOUSE_PORT: port });
    expect(await reasonOf(restoreTo(elsewhere, file))).toBe('server-runs');
    await server.app.close();
    expect(await restoreTo(elsewhere, file)).toMatchObject({
      toMigrate: [],
      clientsFile: expect.any(String),
    });
    server.app = await createApp(loadConfig(elsewhere), server.clock);
    await server.app.listen(port);

    for (const username of before)
      expect(await server.app.get(Accounts).findByIdentifier(username)).toBeTruthy();
    await alive.open('/dashboard');
    expect(alive.page.path).toBe('/dashboard');
    const again = new Browser(server);
    await again.signIn(ada);
    expect(again.page.path).toBe('/dashboard');
    await stolen.open('/dashboard');
    expect(stolen.page.path).not.toBe('/dashboard');
    await expect(calendar.refresh(revoked!)).resolves.not.toHaveProperty('access_token');
    const back = new Browser(server);
    await back.open('/dashboard');
    await back.enterPassword(disabled);
    expect(back.page.path).not.toBe('/dashboard');
    expect(await server.app.get(AuditVerification).verify()).toMatchObject({ whole: true });
    await server.stop();
  }, 60_000);

  it('is not put over what is there, unless that is said', async () => {
    const { server, shell } = await serverWith();
    await server.addPerson(somebody());
    const file = places.file();
    await makeBackup(shell, file);
    expect(await reasonOf(makeBackup(shell, file))).toBe('file-exists');
    const later = await server.addPerson(somebody());
    await server.app.close();
    expect(await reasonOf(restoreTo(shell, file))).toBe('not-empty');
    const other = { ...shell, GATEHOUSE_SECRET: 'x'.repeat(64) };
    expect(await reasonOf(restoreTo(other, file, { overwrite: true }))).toBe('other-secret');
    await restoreTo(shell, file, { overwrite: true });
    server.app = await createApp(loadConfig(shell), server.clock);
    expect(await server.app.get(Accounts).findByIdentifier(later.username)).toBeFalsy();
    expect(await chained(server)).toMatchObject({ whole: true });
    await server.stop();
  });

  it('is verified by a sign-in in a temporary place, from which nothing is sent and nothing is left', async () => {
    let connections = 0;
    const mailServer = createServer().on('connection', () => connections++);
    await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve));
    const { port } = mailServer.address() as { port: number };
    const smtp = { SMTP_URL: `smtp://127.0.0.1:${port}`, GATEHOUSE_SECOND_FACTOR: 'required' };
    const { server, shell } = await serverWith(smtp);
    const account = await addEnrolled(server, somebody());
    writeFileSync(join(server.dataDir, 'note.txt'), 'something of the operator');
    await server.app
      .get(Outbox)
      .add(server.app.get(Sql), 'password-changed' as never, account.id, {} as never);
    const file = places.file();
    await makeBackup(shell, file);
    await server.app.close();
    connections = 0;
    const left = readdirSync(server.dataDir);
    let waiting: unknown[] | undefined;
    // A port that somebody has: a server that runs serves its metrics there.
    const busy = { GATEHOUSE_METRICS_PORT: String(port) };
    const result = await verifyIn({ ...shell, ...smtp, ...busy }, file, async (app) => {
      waiting = await app.get(Sql).rows('SELECT id FROM mail');
    });
    expect(waiting).toEqual([]);
    expect(result).toMatchObject({
      accounts: 1,
      migrated: [],
      audit: { whole: true },
      clientsFile: 'good',
      signIn: 'done',
    });
    // Two signing keys, an authenticator, three clients' secrets.
    expect(result.opened).toBe(6);
    expect(readdirSync(server.dataDir)).toEqual(left);
    expect(connections).toBe(0);
    mailServer.close();
    server.app = await createApp(loadConfig(shell), server.clock);
    await server.stop();
  });

  it('of an older version passes, and is migrated', async () => {
    const env = await places.empty();
    const config = loadConfig(env);
    const count = 3;
    const old = {
      sqlite: migrations.sqlite.slice(0, count),
      postgresql: migrations.postgresql.slice(0, count),
    };
    const options = (await ormOptions(config.database, entities, old)) as Options;
    const orm = await MikroORM.init({ ...options, migrations: { ...options.migrations, snapshot: false } });
    await orm.migrator.up();
    await orm.close(true);
    const file = places.file();
    await makeBackup(env, file);
    const newer = migrations.sqlite.slice(count).map(({ name }) => name);
    expect(await verifyIn(env, file)).toMatchObject({ migrated: newer, signIn: 'done' });
    expect(await restoreTo(await places.empty(), file)).toMatchObject({ toMigrate: newer });
    const known = migrations.sqlite.slice(0, 2).map(({ name }) => name);
    expect(await reasonOf(restoreTo(await places.empty(), file, { known }))).toBe('newer-version');
  });

  it('with a secret that is not that of its database is not even made', async () => {
    const { server, shell } = await serverWith();
    const wrong = { ...shell, GATEHOUSE_SECRET: 'y'.repeat(64) };
    expect(await reasonOf(makeBackup(wrong, places.file()))).toBe('other-secret');
    await server.stop();
  });

  it('is made and verified from the shell, with exit codes for scripts', async () => {
    const { server, shell } = await serverWith();
    const file = places.file();
    const run = async (env: Record<string, string>, ...args: string[]) => {
      const program = Program.shell(env, ...args);
      return { code: await program.ended(), said: program.output };
    };
    const env = { ...shell, GATEHOUSE_PORT: String(await freePort()) };
    const keyless: Record<string, string> = { ...env };
    delete keyless['GATEHOUSE_BACKUP_KEY'];
    expect(await run(keyless, 'backup', file)).toMatchObject({ code: 78 });
    const made = await run(env, 'backup', file);
    expect([made.code, JSON.parse(made.said)]).toMatchObject([0, { done: true, file, database }]);
    const verified = await run(env, 'restore', '--verify', file);
    expect([verified.code, JSON.parse(verified.said)]).toMatchObject([0, { done: true, signIn: 'done' }]);
    const refused = await run(env, 'restore', file);
    expect([refused.code, JSON.parse(refused.said)]).toMatchObject([
      17,
      { done: false, reason: 'not-empty' },
    ]);
    expect(await run(env, 'restore', file, '--other')).toMatchObject({ code: 64 });
    if (database === 'postgresql') {
      const without = await run({ ...env, PATH: '/nowhere' }, 'backup', places.file());
      expect([without.code, JSON.parse(without.said)]).toMatchObject([19, { reason: 'program-missing' }]);
    }
    await server.stop();
  }, 60_000);

  it('takes what stands in the data directory along', async () => {
    const env = await places.empty();
    const { server, shell } = await serverWith();
    mkdirSync(join(server.dataDir, 'secrets'));
    writeFileSync(join(server.dataDir, 'secrets', 'notes.txt'), 'a secret of an application');
    await makeBackup(shell, join(server.dataDir, 'earlier.backup'));
    const file = join(server.dataDir, 'inside.backup');
    await makeBackup(shell, file);
    await restoreTo(env, file);
    const restored = env['GATEHOUSE_DATA_DIR']!;
    expect(readdirSync(restored).sort()).toEqual(
      [
        'clients.yaml',
        'secret.key',
        'secrets',
        ...(database === 'sqlite' ? ['gatehouse.sqlite'] : []),
      ].sort(),
    );
    expect(readFileSync(join(restored, 'secrets', 'notes.txt'), 'utf8')).toBe('a secret of an application');
    expect(readFileSync(join(restored, 'secret.key'), 'utf8')).toBe(
      readFileSync(join(server.dataDir, 'secret.key'), 'utf8'),
    );
    await server.stop();
  });
});
