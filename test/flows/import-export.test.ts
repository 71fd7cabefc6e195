import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { GroupCommands } from '../../src/admin/commands/group-commands.js';
import { ImportCommands } from '../../src/admin/imports/import-commands.js';
import type { ImportReport } from '../../src/admin/imports/import.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { Authenticator } from '../support/authenticator.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { ForeignFiles, pyotpSeed, werkzeugScrypt } from '../support/foreign-users.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());
const HEADER = { format: 'gatehouse-users', version: 1 };
const HASH = werkzeugScrypt('copper kites over harbour');

type Reported = ImportReport & { done: boolean; reason?: string; exitCode: number };

describe('a file of our own form', () => {
  let [from, to]: TestServer[] = [];
  beforeAll(async () => {
    from = await TestServer.start();
    to = await TestServer.start();
  });
  afterAll(async () => {
    await from!.stop();
    await to!.stop();
  });

  async function run(server: TestServer, command: 'import' | 'export users', ...args: string[]) {
    const { message, exitCode = 0 } = await server.app.get(ImportCommands).run(command, args);
    return { ...(JSON.parse(message) as Reported), exitCode };
  }
  const lines = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const written = (...people: object[]) =>
    files.written([HEADER, ...people].map((each) => `${JSON.stringify(each)}\n`).join(''));

  it('takes people to another server, with password, phone, groups and what is known of them', async () => {
    const [ada, bea] = [somebody(), somebody()];
    await addEnrolled(from!, ada);
    const { id } = await from!.addPerson(bea);
    const groups = from!.app.get(GroupCommands);
    await groups.run('group-create', ['staff']);
    await groups.run('group-add', [ada.username, 'staff']);
    await groups.run('operator-add', [ada.username]);
    await groups.run('set-attribute', [ada.username, 'department', '"Engines"']);
    await from!.app.get(Accounts).disable(id);

    const file = files.path('all.jsonl');
    const exported = await run(from!, 'export users', file, '--with-secrets');
    expect(exported).toMatchObject({ done: true, users: 2, says: expect.stringContaining('in the clear') });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run(from!, 'export users', file)).toMatchObject({ reason: 'file-exists', exitCode: 31 });

    expect(await run(to!, 'import', 'gatehouse', file)).toMatchObject({ exitCode: 0, created: 2 });
    const arrived = (await to!.app.get(Accounts).findByIdentifier(ada.email))!;
    expect(arrived).toMatchObject({ attributes: { department: 'Engines' }, emailVerifiedAt: null });
    expect(await to!.app.get(Groups).of(arrived.id)).toEqual(['staff']);
    // Who may use the operators' pages is said here and nowhere else.
    expect(await to!.app.get(Groups).isInOneOf(arrived.id, ['gatehouse-operators'])).toBe(false);
    expect(await to!.app.get(Accounts).findByIdentifier(bea.email)).toMatchObject({
      disabledAt: expect.any(Date),
    });
    const browser = new Browser(to!);
    await browser.signIn(ada);
    expect(browser.page.path).toBe('/dashboard');
    expect(await run(to!, 'import', 'gatehouse', file)).toMatchObject({ created: 0, skipped: 2 });
  });

  it('has no hash and no seed unless that is said, and then lets nobody in with less than they had', async () => {
    const [enrolled, plain] = [somebody(), somebody()];
    await addEnrolled(from!, enrolled);
    await from!.addPerson(plain);
    const file = files.path('list.jsonl');
    await run(from!, 'export users', file);
    expect(readFileSync(file, 'utf8')).not.toMatch(/argon2|password_hash|secret/);
    const line = lines(file).find(({ username }) => username === enrolled.username);
    expect(line).toMatchObject({ withheld: ['password', 'totp'] });
    const { users } = await run(to!, 'import', 'gatehouse', file, '--dry-run');
    const fate = (username: string) => users.find(({ user }) => user === username);
    expect(fate(enrolled.username)).toMatchObject({ outcome: 'refused', reason: 'second-factor-withheld' });
    expect(fate(plain.username)).toMatchObject({ outcome: 'would-create', notes: ['no-password'] });
  });

  it('can be made by hand: hashes of other programs, confirmed addresses, names', async () => {
    const person = somebody();
    const seed = pyotpSeed();
    const { username, email } = person;
    const file = written({
      username,
      email,
      email_verified: true,
      display_name: 'Ada Lovelace',
      details: { given_name: 'Ada', phone_number: '+491701234567', address: { locality: 'London' } },
      password_hash: HASH,
      totp: [{ name: 'phone', secret: seed.toLowerCase() }],
    });
    expect(await run(to!, 'import', 'gatehouse', file)).toMatchObject({ done: true, created: 1 });
    person.authenticator = new Authenticator(seed);
    const browser = new Browser(to!);
    await browser.signIn(person);
    expect(browser.page.path).toBe('/dashboard');
    expect(await to!.app.get(Accounts).findByIdentifier(username)).toMatchObject({
      displayName: 'Ada Lovelace',
      details: { given_name: 'Ada' },
      phoneNumber: '+491701234567',
      address: { locality: 'London' },
      emailVerifiedAt: expect.any(Date),
      passwordHash: expect.stringMatching(/^\$argon2id\$/),
    });
  });

  it.each([
    ['unusable-field', { passwordHash: HASH }],
    ['unusable-field', { mfa: true }],
    ['unusable-field', { totp: 'ABCDEFGHIJKLMNOP' }],
    ['unusable-field', { totp: [{ secret: 5 }] }],
    ['unusable-field', { email_verified: 'yes' }],
    ['unusable-field', { username: ['a', 'b'] }],
    ['second-factor-withheld', { withheld: ['passkeys'] }],
    ['built-in-group', { groups: ['gatehouse-operators'] }],
    ['unusable-group', { groups: ['two words'] }],
    ['unusable-attribute', { attributes: { sub: 'somebody else' } }],
    ['unusable-attribute', { attributes: { email_verified: true } }],
    ['unusable-attribute', { attributes: { constructor: 'x' } }],
    ['unusable-attribute', { attributes: { note: 'x'.repeat(20_000) } }],
    ['unusable-details', { details: { role: 'admin' } }],
    ['unusable-details', { details: { birthdate: 'yesterday' } }],
    ['unusable-display-name', { display_name: 'Ada\u202e' }],
    ['too-many-seeds', { totp: Array.from({ length: 11 }, () => ({ secret: pyotpSeed() })) }],
    ['line-too-long', { display_name: 'x'.repeat(70_000) }],
  ])('brings nobody in by %s: %.60j', async (reason, part) => {
    const { username, email } = somebody();
    const report = await run(
      to!,
      'import',
      'gatehouse',
      written({ username, email, password_hash: HASH, ...part }),
    );
    expect(report).toMatchObject({ exitCode: 30, created: 0, users: [{ outcome: 'refused', reason }] });
    expect(await to!.app.get(Accounts).findByIdentifier(email)).toBeNull();
  });

  it.each(['', 'username,email\nada,ada@example.org\n', '{"format":"gatehouse-users","version":2}\n', '[]'])(
    'is known by its first line: %j is refused',
    async (content) => {
      const report = await run(to!, 'import', 'gatehouse', files.written(content));
      expect(report).toMatchObject({ done: false, reason: 'other-format', exitCode: 31 });
    },
  );

  it('may begin with the mark that editors of Windows put there', async () => {
    const { username, email } = somebody();
    const lines = [HEADER, { username, email }].map((each) => JSON.stringify(each));
    const file = files.written(`\ufeff${lines.join('\r\n')}\r\n`);
    expect(await run(to!, 'import', 'gatehouse', file, '--dry-run')).toMatchObject({ wouldCreate: 1 });
  });

  it('tells a broken line from the others', async () => {
    const { username, email } = somebody();
    const good = JSON.stringify({ username, email, password_hash: HASH });
    const file = files.written(`${JSON.stringify(HEADER)}\n{"username": \n${good}\n`);
    expect((await run(to!, 'import', 'gatehouse', file)).users).toEqual([
      { user: 'line 2', outcome: 'refused', reason: 'not-json' },
      { user: username, outcome: 'created' },
    ]);
  });
});
