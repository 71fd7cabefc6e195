import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { GroupCommands } from '../../src/admin/commands/group-commands.js';
import { ImportCommands } from '../../src/admin/imports/import-commands.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { Authenticator } from '../support/authenticator.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { ForeignFiles, pyotpSeed, werkzeugScrypt } from '../support/foreign-users.js';
import { fates, runImport } from '../support/imports.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());

describe('a table of people', () => {
  let [from, to]: TestServer[] = [];
  beforeAll(async () => {
    from = await TestServer.start();
    to = await TestServer.start();
  });
  afterAll(async () => {
    await from!.stop();
    await to!.stop();
  });
  const table = (...lines: string[]) => files.written(`${lines.join('\r\n')}\r\n`, 'people.csv');
  const exported = async (...flags: string[]) => {
    const file = files.path('people.csv');
    const { message } = await from!.app
      .get(ImportCommands)
      .run('export users', [file, '--format', 'csv', ...flags]);
    return { file, ...(JSON.parse(message) as { done: boolean; users: number }) };
  };

  it('takes people to another server, with password, phone and groups', async () => {
    const [ada, bea] = [somebody(), somebody()];
    await addEnrolled(from!, ada);
    await from!.addPerson(bea);
    const groups = from!.app.get(GroupCommands);
    await groups.run('group-create', ['staff']);
    await groups.run('group-add', [ada.username, 'staff']);
    await groups.run('set-attribute', [ada.username, 'formula', '"=1+1, \\"x\\""']);

    const list = await exported();
    expect(readFileSync(list.file, 'utf8')).not.toMatch(/argon2|otpauth/);
    expect(fates(await runImport(to!, 'csv', list.file, '--dry-run'))).toEqual({
      [ada.username]: 'refused second-factor-withheld',
      [bea.username]: 'would-create',
    });

    const { file } = await exported('--with-secrets');
    expect(await runImport(to!, 'csv', file)).toMatchObject({ exitCode: 0, created: 2 });
    const arrived = (await to!.app.get(Accounts).findByIdentifier(ada.email))!;
    expect(arrived).toMatchObject({ attributes: { formula: '=1+1, "x"' } });
    expect(await to!.app.get(Groups).of(arrived.id)).toEqual(['staff']);
    for (const person of [ada, bea]) {
      const browser = new Browser(to!);
      await browser.signIn(person);
      expect(browser.page.path).toBe('/dashboard');
    }
    expect(await runImport(to!, 'csv', file)).toMatchObject({ created: 0, skipped: 2 });
  });

  it('can be made by hand, with hashes and seeds of other programs', async () => {
    const person = somebody();
    const seed = pyotpSeed(52).replace(/.$/, 'A');
    const { username, email, password } = person;
    const uri = `otpauth://totp/phone?secret=${seed}&algorithm=SHA256&digits=8&period=60`;
    const file = table(
      'username,email,given_name,phone_number,groups,password_hash,totp',
      `${username},${email},"Ada, Countess","'+49 170 1234567",staff; engines,${werkzeugScrypt(password)},${uri}`,
    );
    expect(await runImport(to!, 'csv', file)).toMatchObject({ exitCode: 0, created: 1 });
    person.authenticator = new Authenticator(seed, { algorithm: 'sha256', digits: 8, period: 60 });
    for (const _ of ['as it came', 'as it is kept from then on']) {
      const browser = new Browser(to!);
      await browser.signIn(person);
      expect(browser.page.path).toBe('/dashboard');
    }
    const account = (await to!.app.get(Accounts).findByIdentifier(username))!;
    expect(account).toMatchObject({
      phoneNumber: '+491701234567',
      details: { given_name: 'Ada, Countess' },
      passwordHash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456/),
    });
    expect(await to!.app.get(Groups).of(account.id)).toEqual(['engines', 'staff']);
  });

  it('tells a record that is none from the others', async () => {
    const [good, second] = [somebody(), somebody()];
    const file = table(
      'username,email,disabled,totp,attributes',
      `${good.username},${good.email},,,`,
      `${good.username.toUpperCase()},x-${good.email},,,`,
      'a,b',
      `x1,x1@example.org,yes,,`,
      `x2,x2@example.org,,otpauth://hotp/x?secret=${pyotpSeed()},`,
      `x3,x3@example.org,,,nonsense`,
      `x4,x4@example.org,,SHORT,`,
      `"x5"x,x5@example.org,,,`,
      `${'y'.repeat(70_000)},y@example.org,,,`,
      `${second.username},${second.email},true,,"{""a"":1}"`,
    );
    const report = await runImport(to!, 'csv', file);
    expect(report.users.map(({ user, outcome, reason }) => `${user}: ${reason ?? outcome}`)).toEqual([
      `${good.username}: created`,
      `${good.username.toUpperCase()}: twice-in-the-file`,
      'record 4: other-number-of-cells',
      'record 5: unusable-field',
      'record 6: unusable-field',
      'record 7: unusable-field',
      'x4: seed-too-short',
      'record 9: unusable-record',
      'record 10: unusable-record',
      `${second.username}: created`,
    ]);
  });

  it.each([
    '',
    'username;email\nada;ada@example.org\n',
    'username,email,is_admin\n',
    'username,email,__proto__\n',
    'username,email,email\n',
    'username\n',
    '"username,email\n',
  ])('is refused as a whole by its first line: %j', async (content) => {
    const report = await runImport(to!, 'csv', files.written(content));
    expect(report).toMatchObject({ done: false, reason: 'other-format', exitCode: 31 });
  });

  it('comes in no other form, and overwrites nothing', async () => {
    const commands = from!.app.get(ImportCommands);
    for (const flags of [['--format', 'xml'], ['--format'], ['--format', '--with-secrets']])
      expect(await commands.run('export users', [files.path('x'), ...flags])).toMatchObject({ exitCode: 64 });
    const { file } = await exported();
    const { message } = await commands.run('export users', [file, '--format', 'csv']);
    expect(JSON.parse(message)).toMatchObject({ done: false, reason: 'file-exists' });
  });
});
