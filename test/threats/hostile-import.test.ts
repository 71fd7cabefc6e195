import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { truncateSync } from 'node:fs';
import { ImportCommands } from '../../src/admin/imports/import-commands.js';
import type { ImportReport } from '../../src/admin/imports/import.service.js';
import { Sql } from '../../src/database/sql.js';
import { PasswordHashes } from '../../src/users/password-hash.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { ForeignFiles, pyotpSeed, werkzeugPbkdf2 } from '../support/foreign-users.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());
const CHEAP = werkzeugPbkdf2('copper kites over harbour', 1_000);

describe('an import file that somebody has prepared', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  async function run(file: string, ...flags: string[]) {
    const { message, exitCode } = await server.app
      .get(ImportCommands)
      .run('import', ['flask', file, ...flags]);
    return { ...(JSON.parse(message) as ImportReport & { reason?: string }), exitCode: exitCode ?? 0 };
  }
  const count = async () => {
    const rows = await server.app.get(Sql).rows<{ n: number | string }>('SELECT COUNT(*) AS n FROM account');
    return Number(rows[0]!.n);
  };

  it.each([
    ['hash-too-costly', { hash: `scrypt:1073741824:8:1$Qm5xW0aZt7Lk2VbN$${'ab'.repeat(64)}` }],
    ['hash-too-costly', { hash: `pbkdf2:sha256:999999999$Qm5xW0aZt7Lk2VbN$${'ab'.repeat(32)}` }],
    ['hash-too-weak', { hash: 'pbkdf2:sha256:600000$Qm5xW0aZt7Lk2VbN$ab' }],
    ['unknown-hash-scheme', { hash: 'plain$$secret' }],
    ['malformed-hash', { hash: new Uint8Array([1, 2, 3]) }],
    ['malformed-hash', { hash: 'x'.repeat(100_000) }],
    ['seed-not-base32', { seed: 'not base 32: 0189!' }],
    ['seed-not-base32', { seed: "A'); DROP TABLE account; --" }],
    ['seed-too-short', { seed: pyotpSeed(8) }],
    ['seed-too-long', { seed: pyotpSeed(160) }],
    ['second-factor-without-seed', { isOn: 1 }],
    ['second-factor-without-seed', { isOn: 'yes', seed: '' }],
    ['unusable-username', { username: 'ada@example.org' }],
    ['unusable-username', { username: 'ada\u202elovelace' }],
    ['unusable-username', { username: new Uint8Array([1, 2, 3]) }],
    ['unusable-email', { email: 'nobody' }],
    ['unusable-email', { email: `a@${'x'.repeat(300)}.org` }],
  ])('brings nobody in by %s: %j', async (reason, part) => {
    const before = await count();
    const person = somebody();
    const good = somebody();
    const file = files.flask([
      { username: person.username, email: person.email, hash: CHEAP, ...part },
      { username: good.username, email: good.email, hash: CHEAP },
    ]);
    const report = await run(file);
    expect(report.users[0]).toMatchObject({ outcome: 'refused', reason });
    expect(report.users[1]).toMatchObject({ outcome: 'created' });
    expect(report.exitCode).toBe(30);
    expect(await count()).toBe(before + 1);
  });

  it('makes no second person of another spelling', async () => {
    const { username, email } = somebody();
    const file = files.flask([
      { username, email, hash: CHEAP, seed: pyotpSeed() },
      { username: username.toUpperCase(), email: `other-${email}`, hash: CHEAP },
      { username: `ｐ${username.slice(1)}`, email: `third-${email}`, hash: CHEAP },
      { username: `other-${username}`, email: ` ${email.toUpperCase()}`, hash: CHEAP },
    ]);
    const expected = ['refused twice-in-the-file', 'refused twice-in-the-file', 'refused twice-in-the-file'];
    const outcomes = ({ users }: ImportReport) =>
      users.map(({ outcome, reason }) => `${outcome} ${reason ?? ''}`.trim());
    expect(outcomes(await run(file, '--dry-run'))).toEqual(['would-create', ...expected]);
    expect(outcomes(await run(file))).toEqual(['created', ...expected]);
  });

  it.each([
    ['no-file', () => files.path('nothing.db')],
    ['other-format', () => files.written('PK\u0003\u0004 no database at all', 'users.zip')],
    ['other-format', () => files.written('SQLite format 3\0 and then something else', 'users.db')],
    ['no-account-table', () => files.written('', 'empty.db')],
    ['no-account-table', () => files.sqlite('CREATE TABLE songs (title TEXT)')],
    ['no-account-table', () => files.sqlite('CREATE TABLE user (id INTEGER, username TEXT)')],
    [
      'no-account-table',
      () => files.sqlite('CREATE VIEW user AS SELECT 1 AS username, 2 AS email, 3 AS password_hash'),
    ],
    [
      'no-account-table',
      () => files.sqlite('CREATE VIRTUAL TABLE user USING fts5(username, email, password_hash)'),
    ],
    [
      'unknown-second-factor',
      () => files.sqlite(`CREATE TABLE user (username, email, password_hash, yubikey_otp_id)`),
    ],
    [
      'unknown-second-factor',
      () => files.sqlite(`CREATE TABLE user (username, email, password_hash, is_2fa_enabled)`),
    ],
    [
      'unknown-second-factor',
      () =>
        files.sqlite(
          `CREATE TABLE user (username, email, password_hash);
           CREATE TABLE "totp ""device" (user_id, seed); INSERT INTO "totp ""device" VALUES (1, 'JBSWY3DPEHPK3PXP')`,
        ),
    ],
  ])('is refused as a whole: %s', async (reason, file) => {
    const before = await count();
    expect(await run(file())).toMatchObject({ done: false, reason, exitCode: 31 });
    expect(await count()).toBe(before);
  });

  it('is refused before it is read when it is huge', async () => {
    const file = files.written('');
    truncateSync(file, 10 * 1024 ** 3);
    expect(await run(file)).toMatchObject({ reason: 'file-too-large', exitCode: 31 });
  });

  it('does not write into the terminal', async () => {
    const file = files.flask([{ username: 'x\u001b[2J\u202e\n', email: 'x', hash: CHEAP }]);
    expect((await run(file)).users[0]!.user).toBe('x\ufffd[2J\ufffd\ufffd');
  });

  it('does not tell by time who came with it: each refusal costs a check of either kind', async () => {
    const imported = somebody();
    const [native, disabled] = [somebody(), somebody()];
    await server.addPerson(native);
    await server.addPerson(disabled);
    await run(files.flask([{ username: imported.username, email: imported.email, hash: CHEAP }]));
    server.clock.advance(61_000);
    const matches = jest.spyOn(PasswordHashes.prototype, 'matches');
    for (const username of [imported.username, native.username, somebody().username]) {
      matches.mockClear();
      const browser = new Browser(server);
      await browser.open('/dashboard');
      await browser.enterPassword({ ...imported, username, password: 'not the password of anyone' });
      const kinds = matches.mock.calls.map(([stored]) => (stored?.startsWith('pbkdf2:') ? 'foreign' : 'own'));
      expect(kinds.sort()).toEqual(['foreign', 'own']);
    }
    matches.mockRestore();
  });
});
