import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { Authenticator } from '../support/authenticator.js';
import { Browser } from '../support/browser.js';
import { fates, foreignFile, notesOf, runImport, type Reported } from '../support/imports.js';
import { TestServer } from '../support/server.js';

const USERS = foreignFile('authelia/users.yml');
const SEEDS = foreignFile('authelia/totp.yml');
const KEYS = foreignFile('authelia/webauthn.yml');
const PEOPLE = [
  ['au-ada', 'copper kites over harbour', new Authenticator('ROTWEEQ6EHPBEIIMM3UHMWG7OV7YC6VP')],
  ['au-bea', 'seven brass lanterns', undefined],
  [
    'au-dov',
    'quiet orchard ladders',
    new Authenticator('BNHICQXHPQOU2EM2ZFCQCGUHKGL7JJLPFMEEQW7FC3DDPJAF6DA3', {
      algorithm: 'sha256',
      digits: 8,
      period: 60,
    }),
  ],
] as const;

describe('people of Authelia', () => {
  let server: TestServer;
  let report: Reported;
  beforeAll(async () => {
    server = await TestServer.start();
    report = await runImport(server, 'authelia', USERS, '--totp', SEEDS, '--no-webauthn');
  });
  afterAll(() => server.stop());
  const account = async (name: string) => (await server.app.get(Accounts).findByIdentifier(name))!;

  it.each(PEOPLE)(
    'sign in with the old password and the old phone: %s',
    async (username, password, phone) => {
      const person = {
        username,
        password,
        email: `${username}@example.org`,
        ...(phone ? { authenticator: phone } : {}),
      };
      expect((await account(username)).passwordHash).not.toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      for (const _ of ['as it came', 'as it is kept from then on']) {
        const browser = new Browser(server);
        await browser.signIn(person);
        expect(browser.page.path).toBe('/dashboard');
        expect((await account(username)).passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      }
    },
  );

  it('get a new password where the old one cannot be checked, and keep their phone', async () => {
    expect(fates(report)).toEqual(
      Object.fromEntries(['ada', 'bea', 'cy', 'dov', 'eve', 'fay'].map((name) => [`au-${name}`, 'created'])),
    );
    for (const name of ['au-eve', 'au-fay']) {
      expect(notesOf(report, name)).toEqual([
        'password-not-carried-over: unknown-hash-scheme',
        'no-password',
      ]);
      expect(await account(name)).toMatchObject({ passwordHash: null });
    }
  });

  it('keep what is known of them, and whether they may sign in', async () => {
    const ada = await account('au-ada');
    expect(ada).toMatchObject({
      displayName: 'Ada Example',
      locale: 'de',
      phoneNumber: '+14255551212',
      details: { given_name: 'Ada', family_name: 'Lovelace', birthdate: '1815-12-10' },
      address: {
        street_address: '12 St James Square',
        postal_code: 'SW1Y 4JH',
        locality: 'London',
        country: 'UK',
      },
      attributes: { department: 'Engines', phone_extension: '1000' },
      emailVerifiedAt: null,
      disabledAt: null,
    });
    expect(notesOf(report, 'au-ada')).toEqual(['attribute-left-out: zoneinfo']);
    expect(await server.app.get(Groups).of(ada.id)).toEqual(['admins', 'dev']);
    expect(await account('au-cy')).toMatchObject({ disabledAt: expect.any(Date) });
  });

  it.each(['totp.csv', 'totp.uri', 'totp.yml'])(
    'have the same phones by %s; a second run changes nothing',
    async (name) => {
      const again = await runImport(
        server,
        'authelia',
        USERS,
        '--totp',
        foreignFile(`authelia/${name}`),
        '--no-webauthn',
      );
      expect(again).toMatchObject({ exitCode: 0, created: 0, skipped: 6 });
      const other = await TestServer.start();
      await runImport(other, 'authelia', USERS, '--totp', foreignFile(`authelia/${name}`), '--no-webauthn');
      const [, password, authenticator] = PEOPLE[2];
      const browser = new Browser(other);
      await browser.signIn({ username: 'au-dov', email: '', password, authenticator });
      expect(browser.page.path).toBe('/dashboard');
      await other.stop();
    },
  );

  it('do not come in with less than they had: who has a security key alone, and where nobody said', async () => {
    const withKeys = await runImport(
      server,
      'authelia',
      USERS,
      '--totp',
      SEEDS,
      '--webauthn',
      KEYS,
      '--dry-run',
    );
    expect(fates(withKeys)).toMatchObject({
      'au-bea': 'refused second-factor-withheld',
      'au-ada': 'skipped username-taken',
    });
    for (const flags of [
      [],
      ['--totp', SEEDS],
      ['--no-webauthn'],
      ['--totp', SEEDS, '--no-totp', '--no-webauthn'],
    ])
      expect(await runImport(server, 'authelia', USERS, ...flags)).toMatchObject({
        reason: 'second-factors-unknown',
        exitCode: 31,
      });
  });
});
