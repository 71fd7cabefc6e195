import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ImportCommands } from '../../src/admin/imports/import-commands.js';
import type { ImportReport } from '../../src/admin/imports/import.service.js';
import { Sql } from '../../src/database/sql.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { ImportedAccounts } from '../../src/users/imported-accounts.js';
import { Authenticator } from '../support/authenticator.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { ForeignFiles, pyotpSeed, werkzeugPbkdf2, werkzeugScrypt } from '../support/foreign-users.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());

describe('people of the Flask demonstration', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  async function run(file: string, ...flags: string[]) {
    const { message, exitCode, done } = await server.app
      .get(ImportCommands)
      .run('import', ['flask', file, ...flags]);
    return { ...(JSON.parse(message) as ImportReport), exitCode: exitCode ?? (done ? 0 : 1) };
  }
  const hashOf = async (person: Person) =>
    (await server.app.get(Accounts).findByIdentifier(person.username))?.passwordHash;
  const row = (person: Person, hash: string, seed?: string) => ({
    username: person.username,
    email: person.email,
    hash,
    ...(seed ? { seed, backupCodes: JSON.stringify([werkzeugPbkdf2('7f3a91c0', 1_000)]) } : {}),
  });

  it('sign in with their old password and their old phone, and are kept as argon2id from then on', async () => {
    const [ada, bea] = [somebody(), somebody()];
    const seed = pyotpSeed();
    const hash = werkzeugScrypt(ada.password);
    const importedAt = server.clock.now();
    const report = await run(files.flask([row(ada, hash, seed), row(bea, werkzeugPbkdf2(bea.password))]));
    expect(report).toMatchObject({ exitCode: 0, dryRun: false, created: 2, skipped: 0, refused: 0 });
    expect(report.users[0]).toEqual({
      user: ada.username,
      outcome: 'created',
      notes: ['backup-codes-not-carried-over'],
    });
    expect(await hashOf(ada)).toBe(hash);

    const wrong = new Browser(server);
    await wrong.open('/dashboard');
    await wrong.enterPassword({ ...ada, password: `${ada.password}!` });
    expect(wrong.page.path).toMatch(/\/password$/);
    expect(await hashOf(ada)).toBe(hash);

    ada.authenticator = new Authenticator(seed);
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword(ada);
    expect(browser.page.path).toMatch(/\/totp$/);
    // Where the seed comes from, the code of this moment may have been used already.
    await browser.press('submit', { code: ada.authenticator.code(importedAt) });
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(ada);
    expect(browser.page.path).toBe('/dashboard');
    expect(await hashOf(ada)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);

    const other = new Browser(server);
    await other.signIn(bea);
    expect(other.page.path).toBe('/dashboard');
    expect(await hashOf(bea)).toMatch(/^\$argon2id\$/);
    const again = new Browser(server);
    await again.signIn(ada);
    expect(again.page.path).toBe('/dashboard');
  });

  it('are taken over by a second run no second time, and by a dry run not at all', async () => {
    const people = Array.from({ length: 60 }, somebody);
    const cheap = werkzeugPbkdf2('copper kites over harbour', 1_000);
    const file = files.flask(people.map((person) => row(person, cheap)));
    expect(await run(file, '--dry-run')).toMatchObject({
      exitCode: 0,
      dryRun: true,
      wouldCreate: 60,
      created: 0,
    });
    expect(await hashOf(people[0]!)).toBeUndefined();
    expect(await run(file)).toMatchObject({ exitCode: 0, created: 60, skipped: 0 });
    expect(await run(file)).toMatchObject({ exitCode: 0, created: 0, skipped: 60 });
    expect(await run(file, '--dry-run')).toMatchObject({ wouldCreate: 0, skipped: 60 });
  });

  it('do not touch who is here already, by name or by address', async () => {
    const [here, foreign] = [somebody(), somebody()];
    await server.addPerson(here);
    const before = await hashOf(here);
    const report = await run(
      files.flask([
        row({ ...foreign, username: here.username.toUpperCase() }, werkzeugPbkdf2('x', 1_000), pyotpSeed()),
        row({ ...foreign, email: here.email.toUpperCase() }, werkzeugPbkdf2('x', 1_000)),
      ]),
    );
    expect(report.users.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['skipped', 'username-taken'],
      ['skipped', 'email-taken'],
    ]);
    expect(await hashOf(here)).toBe(before);
    const [{ seeds }] = (await server.app
      .get(Sql)
      .rows<{ seeds: number | string }>(
        'SELECT COUNT(*) AS seeds FROM authenticator WHERE account_id IN (SELECT id FROM account WHERE username = ?)',
        here.username,
      )) as [{ seeds: number | string }];
    expect(Number(seeds)).toBe(0);
  });

  it('are made all the same when somebody else takes a name of their batch at that very moment', async () => {
    const people = Array.from({ length: 5 }, somebody);
    await server.addPerson(people[2]!);
    const before = await hashOf(people[2]!);
    const quicker = jest.spyOn(ImportedAccounts.prototype, 'obstacle').mockResolvedValue(undefined);
    const cheap = werkzeugPbkdf2('copper kites over harbour', 1_000);
    const report = await run(files.flask(people.map((person) => row(person, cheap, pyotpSeed()))));
    quicker.mockRestore();
    expect(report).toMatchObject({ created: 4, skipped: 1, exitCode: 0 });
    expect(report.users[2]).toEqual({
      user: people[2]!.username,
      outcome: 'skipped',
      reason: 'taken-meanwhile',
    });
    expect(await hashOf(people[2]!)).toBe(before);
    const [seeds] = await server.app
      .get(Sql)
      .rows<{ n: number | string }>(
        "SELECT COUNT(*) AS n FROM audit_event WHERE name = 'second-factor.enrolled' AND account_id IN (SELECT id FROM account WHERE username IN (?, ?, ?, ?, ?))",
        ...people.map(({ username }) => username),
      );
    expect(Number(seeds!.n)).toBe(4);
  });

  it('keep a phone whose seed has only 80 bits, and are told on their page to set it up anew', async () => {
    const person = somebody();
    const seed = pyotpSeed(16);
    const report = await run(files.flask([row(person, werkzeugPbkdf2(person.password), seed)]));
    expect(report.users[0]).toMatchObject({
      outcome: 'created',
      notes: ['backup-codes-not-carried-over', 'weak-seed'],
    });
    person.authenticator = new Authenticator(seed);
    const browser = new Browser(server);
    await browser.signIn(person);
    expect(browser.page.path).toBe('/dashboard');
    await browser.open('/dashboard/second-factor');
    expect(browser.page.html.querySelector('#weak-1')?.text).toContain('shorter than those made today');
  });

  it('come in without a seed that they never switched on, which is said', async () => {
    const person = somebody();
    const file = files.flask([
      { ...row(person, werkzeugPbkdf2(person.password, 150_000)), seed: pyotpSeed(), isOn: 0 },
    ]);
    expect((await run(file)).users).toEqual([
      { user: person.username, outcome: 'created', notes: ['seed-was-not-switched-on'] },
    ]);
    const browser = new Browser(server);
    await browser.signIn(person);
    expect(browser.page.path).toBe('/dashboard');
  });

  it('are told that their backup codes stay behind, also where these have a table of their own', async () => {
    const [ada, bea] = [somebody(), somebody()];
    const hash = werkzeugPbkdf2('copper kites over harbour', 1_000);
    const file = files.sqlite(
      `CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT, password_hash TEXT, totp_secret TEXT);
       CREATE TABLE backup_code (id INTEGER PRIMARY KEY, user_id INTEGER, code_hash TEXT);
       CREATE TABLE otp_attempt (id INTEGER PRIMARY KEY);
       INSERT INTO users VALUES (7, '${ada.username}', '${ada.email}', '${hash}', '${pyotpSeed()}');
       INSERT INTO users VALUES (8, '${bea.username}', '${bea.email}', '${hash}', '${pyotpSeed()}');
       INSERT INTO backup_code (user_id, code_hash) VALUES (7, 'x'), (7, 'y');`,
    );
    expect((await run(file, '--dry-run')).users).toEqual([
      { user: ada.username, outcome: 'would-create', notes: ['backup-codes-not-carried-over'] },
      { user: bea.username, outcome: 'would-create' },
    ]);
  });

  it('are not looked for in a file that is not there, and it is said which one', async () => {
    const { message } = await server.app
      .get(ImportCommands)
      .run('import', ['authelia', files.written('users: {}\n'), '--totp=/no/totp.yml', '--no-webauthn']);
    expect(JSON.parse(message)).toMatchObject({
      reason: 'no-file',
      says: '/no/totp.yml: there is no such file',
    });
  });

  it('are asked for with words that the command knows', async () => {
    for (const args of [
      ['pocket', 'x'],
      ['flask'],
      ['flask', 'x', 'y'],
      ['flask', 'x', '--force'],
      ['flask', 'x', '--dry-run=yes'],
    ])
      expect(await server.app.get(ImportCommands).run('import', args)).toMatchObject({
        done: false,
        exitCode: 64,
      });
  });
});
