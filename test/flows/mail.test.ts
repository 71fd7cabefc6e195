import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppModule } from '../../src/app.module.js';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { Sql, type SqlRunner } from '../../src/database/sql.js';
import { Delivery, type Composer } from '../../src/mail/delivery.js';
import { verifyEmail } from '../../src/mail/letters.js';
import { Outbox } from '../../src/mail/outbox.js';
import { Browser } from '../support/browser.js';
import { database, freshPostgresql } from '../support/database.js';
import { TestMailbox } from '../support/mailbox.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
type App = Pick<TestServer['app'], 'get' | 'close'>;

/** Links are made when a letter goes out; the number in one says how often that was. */
let composed = 0;
const composer: Composer = async (kind, _accountId, facts) => {
  composed++;
  const { email, username } = facts as unknown as { email: string; username: string };
  if (username === 'nobody') return undefined;
  if (username === 'broken') throw new Error('this one cannot be composed');
  const letter = verifyEmail({ link: `https://id.example.org/${kind}/${composed}`, until: new Date() });
  return { to: email, username, locale: 'en', timeZone: null, letter };
};

/** Something that happened to somebody, told in the transaction of it. */
const tell = async (app: App, username: string, accountId: string | null = null, within?: SqlRunner) => {
  const facts = { email: `${username}@example.org`, confirmed: true, username, locale: 'en' };
  const add = (sql: SqlRunner) => app.get(Outbox).add(sql, 'account-deleted', accountId, facts);
  await (within ? add(within) : app.get(Sql).transaction(add));
};

const waiting = async (app: App) =>
  (await app.get(Sql).rows<{ tries: number }>('SELECT tries FROM mail ORDER BY created_at')).map(
    ({ tries }) => tries,
  );

describe('mail', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  let databaseUrl: string;
  let drop: () => Promise<void>;
  let folder: string;
  let log: string[];

  beforeEach(async () => {
    composed = 0;
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-mail-'));
    mailbox = await TestMailbox.start();
    const fresh = database === 'postgresql' ? await freshPostgresql() : undefined;
    databaseUrl = fresh?.url ?? `sqlite:${join(folder, 'mail.sqlite')}`;
    drop = async () => fresh?.drop();
  });
  afterEach(async () => {
    mailbox.release();
    await server.stop();
    await mailbox.stop();
    await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (env: Record<string, string> = {}) => {
    server = await TestServer.start({
      env: { SMTP_URL: mailbox.url, DATABASE_URL: databaseUrl, ...env },
    });
    log = [];
    const line = (level: string) => (text: string) => void log.push(`${level}: ${text}`);
    server.app.useLogger({ log: line('log'), warn: line('warn'), error: line('error') });
    server.app.get(Delivery).composedBy(composer);
    return server.app;
  };
  const secret = () => readFileSync(join(server.dataDir, 'secret.key'), 'utf8');
  const configOfAnother = async () =>
    loadConfig({
      GATEHOUSE_URL: server.url,
      GATEHOUSE_PORT: String(await freePort()),
      GATEHOUSE_DATA_DIR: folder,
      GATEHOUSE_SECRET: secret(),
      GATEHOUSE_LOG_LEVEL: 'error',
      SMTP_URL: mailbox.url,
      DATABASE_URL: databaseUrl,
    });
  /** Another instance on the same database. It does not listen, so that it delivers only when it is told to. */
  const startAnother = async () => {
    const app = await createApp(await configOfAnother(), server.clock);
    app.get(Delivery).composedBy(composer);
    return app;
  };
  const run = (app: App = server.app) => app.get(Delivery).run();
  /** Time passes, but not while the server connects to the mail server, which would take itself for slow. */
  const after = async (milliseconds: number) => {
    await run();
    server.clock.advance(milliseconds);
    await run();
  };
  const becomesEmpty = async () => {
    for (let n = 0; n < 300 && (await waiting(server.app)).length > 0; n++) await pause(10);
    expect(await waiting(server.app)).toEqual([]);
  };

  // First: the program's own clock does not move on with that of the tests below.
  it('survives kill -9 between the commit and the sending', async () => {
    const data = join(folder, 'killed');
    const killed = new Program(
      {
        GATEHOUSE_PORT: String(await freePort()),
        GATEHOUSE_DATA_DIR: data,
        DATABASE_URL: databaseUrl,
        SMTP_URL: mailbox.url,
      },
      ['--input-type=module', '-e', KILLED],
    );
    expect(await killed.ended()).toBe(null);
    expect(mailbox.tries).toBe(0);
    await start({ GATEHOUSE_SECRET: readFileSync(join(data, 'secret.key'), 'utf8') });
    await mailbox.next('ada@example.org', 5_000);
    await becomesEmpty();
    expect(mailbox.tries).toBe(1);
  });

  it('is there a moment later, once, and nothing of it is kept', async () => {
    const app = await start();
    await tell(app, 'ada');
    const { subject, link } = await mailbox.next('ada@example.org', 2_000);
    expect(subject).toBe('Confirm your e-mail address');
    expect(link).toBe('https://id.example.org/account-deleted/1');
    await becomesEmpty();
    await run();
    expect(mailbox.tries).toBe(1);
  });

  it('does not tell what did not happen after all', async () => {
    const app = await start();
    const failing = app.get(Sql).transaction(async (sql) => {
      await tell(app, 'ada', null, sql);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await pause(400);
    await run();
    expect(mailbox.tries).toBe(0);
  });

  it('is not even taken down where there is no mail server', async () => {
    const app = await start({ SMTP_URL: '' });
    await tell(app, 'ada');
    await run();
    expect(await waiting(app)).toEqual([]);
    expect(log).toEqual([]);
  });

  it('waits while the mail server is away, disturbs no page, and all of it comes as soon as the server is back', async () => {
    const app = await start();
    await mailbox.stop();
    const started = performance.now();
    for (let n = 0; n < 8; n++) {
      await tell(app, `person${n}`);
    }
    const browser = new Browser(server);
    await browser.open('/register');
    expect(browser.page.status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1_000);
    // For hours, so that the next try of each is far away.
    for (let n = 0; n < 12; n++) await after(15 * MINUTE);
    expect(Math.min(...(await waiting(app)))).toBeGreaterThan(3);

    mailbox = await TestMailbox.start({ port: mailbox.port });
    await tell(app, 'late');
    await mailbox.next('late@example.org', 3_000);
    await after(2 * MINUTE);
    await becomesEmpty();
    expect(mailbox.tries).toBe(9);
    const said = log.filter((line) => line.includes('mail'));
    expect(said).toEqual([
      expect.stringMatching(/^warn: no mail goes out; it is kept and tried again: .*ECONNREFUSED/),
      'log: mail goes out again',
    ]);
  });

  it('that the server wants later is tried later, ever more seldom, and holds nothing else up', async () => {
    const app = await start();
    mailbox.refuse(450);
    await tell(app, 'ada');
    await run();
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      const tries = mailbox.tries;
      let waited = 0;
      while (mailbox.tries === tries) {
        const step = waited < 3 * MINUTE ? 5_000 : MINUTE;
        await after(step);
        waited += step;
      }
      waits.push(Math.round(waited / 1_000));
    }
    [10, 30, 120, 600, 1800, 3600].forEach((seconds, n) => {
      expect(waits[n]).toBeGreaterThanOrEqual(seconds);
      expect(waits[n]).toBeLessThanOrEqual(seconds * 1.1 + 60);
    });
    mailbox.accept();
    await tell(app, 'bea');
    await mailbox.next('bea@example.org', 2_000);
    await after(70 * MINUTE);
    // Its link is a new one: an earlier letter may have arrived although the server said no.
    const { link, messageId } = await mailbox.next('ada@example.org', 2_000);
    expect(link).not.toMatch(/\/1$/);
    expect(messageId).toMatch(/^<[\w-]{22}@localhost>$/);
    expect(log.filter((line) => line.includes('will be tried again')).length).toBe(1);
    expect(log.join()).not.toContain('example.org');
  });

  it('that the server will never take is given up, and the operator is told why but not to whom', async () => {
    const app = await start();
    mailbox.refuse(550);
    await tell(app, 'ada');
    await becomesEmpty();
    await run();
    expect(mailbox.tries).toBe(1);
    const said = log.filter((line) => line.includes('given up'));
    expect(said).toEqual([
      expect.stringMatching(/^warn: account-deleted \([\w-]{22}\) is given up: .*550 not today/),
    ]);
    expect(log.join()).not.toMatch(/ada@|https:/);
  });

  it('is given up after three days', async () => {
    const app = await start();
    mailbox.refuse(450);
    await tell(app, 'ada');
    await run();
    server.clock.advance(3 * DAY + 1);
    mailbox.accept();
    await run();
    expect(await waiting(app)).toEqual([]);
    expect(mailbox.letters).toEqual([]);
    expect(log.filter((line) => line.includes('given up')).length).toBe(1);
  });

  it('that nobody is to get any more is dropped; one that cannot be made, or was tampered with, stops no other', async () => {
    const app = await start();
    mailbox.refuse(450);
    for (const name of ['nobody', 'broken', 'tampered', 'ada']) await tell(app, name, name);
    await run();
    mailbox.accept();
    await app
      .get(Sql)
      .run(
        `UPDATE mail SET sealed_facts = (SELECT sealed_facts FROM mail WHERE account_id = 'ada') WHERE account_id = 'tampered'`,
      );
    await after(MINUTE);
    expect(mailbox.letters.map(({ to }) => to)).toEqual(['ada@example.org']);
    expect(await waiting(app)).toEqual([2]);
    expect(log.filter((line) => /^warn: account-deleted .* (again|given up)/.test(line)).length).toBe(4);
  });

  it('comes in the order of what happened to an account, each after the one before', async () => {
    const app = await start();
    mailbox.hold();
    await app.get(Sql).transaction(async (sql) => {
      for (let n = 0; n < 5; n++) {
        await tell(app, `person${n}`, `account${n % 2}`, sql);
        server.clock.advance(1);
      }
    });
    for (let n = 0; n < 300 && mailbox.tries < 2; n++) await pause(10);
    await pause(300);
    expect(mailbox.tries).toBe(2);
    mailbox.release();
    await becomesEmpty();
    const order = (half: number) =>
      mailbox.letters.map(({ to }) => Number(/\d/.exec(to)![0])).filter((n) => n % 2 === half);
    expect([order(0), order(1)]).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  it('goes out once, however many instances look at the same time', async () => {
    const app = await start();
    const others = [await startAnother(), await startAnother()];
    for (let n = 0; n < 30; n++) await tell(app, `person${n}`, `account${n}`);
    await Promise.all([run(), run(), ...others.flatMap((other) => [run(other), run(other)])]);
    await becomesEmpty();
    expect(mailbox.tries).toBe(30);
    expect(new Set(mailbox.letters.map(({ to }) => to)).size).toBe(30);
    for (const other of others) await other.close();
  });

  it('of an instance that died in the middle of it is sent by another one, not before its time', async () => {
    const app = await start();
    mailbox.hold();
    await tell(app, 'ada');
    for (let n = 0; n < 300 && mailbox.tries === 0; n++) await pause(10);
    const other = await startAnother();
    await run(other);
    server.clock.advance(MINUTE);
    await run(other);
    expect(mailbox.tries).toBe(1);
    server.clock.advance(MINUTE + 1);
    const taken = run(other);
    for (let n = 0; n < 300 && mailbox.tries === 1; n++) await pause(10);
    mailbox.release();
    await taken;
    // The first one lived after all: the mailbox sees by the Message-ID that it is the same letter.
    await mailbox.waitFor(() => mailbox.letters.length === 2);
    expect(new Set(mailbox.letters.map(({ messageId }) => messageId)).size).toBe(1);
    await other.close();
  });

  it('that is under way at a stop is finished first', async () => {
    const app = await start();
    mailbox.hold();
    await tell(app, 'ada');
    await tell(app, 'bea');
    for (let n = 0; n < 300 && mailbox.tries === 0; n++) await pause(10);
    setTimeout(() => mailbox.release(), 300);
    await server.restart();
    expect(await waiting(server.app)).toEqual([]);
    expect(mailbox.letters.map(({ to }) => to).sort()).toEqual(['ada@example.org', 'bea@example.org']);
    expect(mailbox.tries).toBe(2);
  });

  it('does not hold a stop up for ever, and is not lost by it', async () => {
    const app = await start();
    mailbox.hold();
    await tell(app, 'ada');
    for (let n = 0; n < 300 && mailbox.tries === 0; n++) await pause(10);
    const started = performance.now();
    await server.restart();
    expect(performance.now() - started).toBeLessThan(9_000);
    expect(await waiting(server.app)).toEqual([0]);
    mailbox.release();
    server.app.get(Delivery).composedBy(composer);
    await run();
    await becomesEmpty();
    expect(mailbox.tries).toBe(2);
  });

  it('that a command in the shell causes is sent by the server', async () => {
    await start();
    const shell = await NestFactory.createApplicationContext(
      AppModule.with(await configOfAnother(), server.clock),
      { logger: false },
    );
    shell.get(Delivery).composedBy(async () => {
      throw new Error('a command does not deliver');
    });
    await tell(shell, 'ada');
    await mailbox.next('ada@example.org', 5_000);
    await shell.close();
  });
});

/** The built program, listening and delivering, killed as soon as the commit is done. */
const KILLED = `
import 'reflect-metadata';
import { createApp } from './dist/src/app.js';
import { loadConfig } from './dist/src/config/load.js';
import { Sql } from './dist/src/database/sql.js';
import { Outbox } from './dist/src/mail/outbox.js';
const config = loadConfig(process.env);
const app = await createApp(config);
await app.listen(config.port);
const facts = { email: 'ada@example.org', confirmed: true, username: 'ada', locale: 'en' };
await app.get(Sql).transaction((sql) => app.get(Outbox).add(sql, 'account-deleted', null, facts));
process.kill(process.pid, 'SIGKILL');
`;
