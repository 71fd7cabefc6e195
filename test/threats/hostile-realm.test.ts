import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readClientsFile } from '../../src/clients/clients-file.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { somebody } from '../support/enrolled.js';
import { ForeignFiles } from '../support/foreign-users.js';
import { notesOf, runImport } from '../support/imports.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());
const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');
const credential = (type: string, data: object, secret: object) => ({
  type,
  credentialData: JSON.stringify(data),
  secretData: JSON.stringify(secret),
});
const password = (data: object, secret: object = { value: base64(32), salt: base64(16) }) =>
  credential('password', data, secret);
const otp = (data: object, value = 'iRpMyqV555hDSFHL5yDP') =>
  credential('otp', { subType: 'totp', digits: 6, period: 30, algorithm: 'HmacSHA1', ...data }, { value });
const GOOD = password({ algorithm: 'pbkdf2-sha256', hashIterations: 1_000 });

describe('a realm that somebody has prepared', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());
  const realm = (content: object) => files.written(JSON.stringify(content), 'realm.json');
  const user = (part: object) => {
    const { username, email } = somebody();
    return { username, email, enabled: true, credentials: [GOOD], ...part };
  };
  const imported = (name: string) => server.app.get(Accounts).findByIdentifier(name);

  it.each([
    ['hash-too-costly', password({ algorithm: 'pbkdf2-sha256', hashIterations: 10_000_000 })],
    ['hash-too-weak', password({ algorithm: 'pbkdf2-sha256', hashIterations: 1 })],
    [
      'malformed-hash',
      password({ algorithm: 'pbkdf2-sha256', hashIterations: 9_999 }, { value: '', salt: base64(16) }),
    ],
    ['malformed-hash', password({ algorithm: 'pbkdf2-sha256', hashIterations: 1e99 })],
    ['malformed-hash', password({ algorithm: 'pbkdf2-sha256', hashIterations: 9_999 }, { salt: '$$$' })],
    ['unknown-hash-scheme', password({ algorithm: 'bcrypt', hashIterations: 12 })],
    ['unknown-hash-scheme', password({ algorithm: '__proto__', hashIterations: 12 })],
    [
      'hash-too-costly',
      password({
        algorithm: 'argon2',
        hashIterations: 5,
        additionalParameters: { type: ['id'], version: ['1.3'], memory: ['4194304'], parallelism: ['1'] },
      }),
    ],
  ])('brings no password in by %s', async (reason, credentials) => {
    const each = user({ credentials: [credentials] });
    const report = await runImport(server, 'keycloak', realm({ users: [each] }));
    expect(report).toMatchObject({ created: 1, exitCode: 0 });
    const notes = notesOf(report, each.username);
    expect(notes.some((note) => note.startsWith('password-not-carried-over: '))).toBe(true);
    if (reason !== 'malformed-hash') expect(notes).toContain(`password-not-carried-over: ${reason}`);
    expect(await imported(each.username)).toMatchObject({ passwordHash: null });
  });

  it.each([
    ['seed-too-short', [GOOD, otp({}, 'short')]],
    ['seed-too-long', [GOOD, otp({}, 'x'.repeat(200))]],
    ['seed-not-base32', [GOOD, otp({ secretEncoding: 'BASE32' }, 'not base 32: 0189!')]],
    ['seed-of-other-kind', [GOOD, otp({ digits: 1 })]],
    ['seed-of-other-kind', [GOOD, otp({ algorithm: 'MD5' })]],
    ['seed-with-other-clock', [GOOD, otp({ period: 86_400 })]],
    ['second-factor-withheld', [GOOD, credential('webauthn', {}, {})]],
    ['second-factor-withheld', [GOOD, credential('otp', { subType: 'hotp' }, { value: 'x' })]],
    ['unusable-username', [GOOD], { username: 'a\u0000b' }],
    ['unusable-username', [GOOD], { username: ['a'] }],
    ['unusable-email', [GOOD], { email: null }],
  ])('brings nobody in by %s', async (reason, credentials, part: object = {}) => {
    const each = user({ credentials, ...part });
    const report = await runImport(server, 'keycloak', realm({ users: [each, 5, user({})] }));
    expect(report.users.map((one) => one.reason ?? one.outcome)).toEqual([reason, 'not-json', 'created']);
  });

  it('makes no second person of another spelling, and no name of an address twice', async () => {
    const { username } = somebody();
    const users = [
      user({ username, email: `${username}@a.example.org` }),
      user({ username: username.toUpperCase() }),
      user({ username: `${username}@a.example.org`, email: `x-${username}@example.org` }),
      user({ username: `${username}@b.example.org`, email: `y-${username}@example.org` }),
    ];
    const report = await runImport(server, 'keycloak', realm({ users }));
    expect(report.users.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'created',
      'twice-in-the-file',
      'created',
      'created',
    ]);
    expect(await imported(`${username}_a.example.org`)).not.toBeNull();
  });

  it('cannot make operators, claims of the protocol, or what every object has', async () => {
    const each = JSON.parse(
      JSON.stringify(
        user({
          groups: ['/gatehouse-operators', '/fine', '/../x'],
          realmRoles: ['gatehouse-operators'],
          attributes: { sub: ['x'], email_verified: ['true'], constructor: ['x'], phone: ['not a phone'] },
        }),
      ).replace('"attributes":{', '"attributes":{"__proto__":["x"],'),
    ) as { username: string };
    const report = await runImport(server, 'keycloak', realm({ users: [each] }), '--roles-as-groups');
    expect([...notesOf(report, each.username)].sort()).toEqual(
      [
        'group-left-out: gatehouse-operators',
        'group-left-out: ../x',
        'group-left-out: gatehouse-operators',
        ...['__proto__', 'sub', 'email_verified', 'constructor', 'phone_number'].map(
          (name) => `attribute-left-out: ${name}`,
        ),
      ].sort(),
    );
    expect(await imported(each.username)).toMatchObject({ attributes: null });
  });

  it('writes nothing but comments into the clients file, and nothing into the terminal', async () => {
    const file = files.path('clients.yml');
    const id = 'shop';
    const redirectUris = ['https://shop.example.org/cb', 'https://x/*\n- client_id: evil\u001b[2J'];
    const clients = [
      { clientId: id, name: 'Shop\n- client_id: evil', redirectUris, secret: 'x"\n  first_party: true\n' },
      { clientId: 'gatehouse-account', redirectUris },
      { clientId: 'two words', redirectUris },
      { clientId: id, redirectUris },
    ];
    const report = await runImport(
      server,
      'keycloak',
      realm({ users: [user({})], clients }),
      '--clients-file',
      file,
    );
    expect(report.clients!.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'written',
      'unusable-client-id',
      'unusable-client-id',
      'twice-in-the-file',
    ]);
    expect(JSON.stringify(report)).not.toMatch(/\\u001b/);
    const read = readClientsFile(file);
    expect(read.clients.map((client) => client.id)).toEqual([id]);
    expect(read.clients[0]!.metadata).not.toHaveProperty('first_party');
    expect(readFileSync(file, 'utf8')).not.toContain('\u001b');
  });

  it('is refused as a whole where it is no realm, damaged, of several realms, or huge', async () => {
    const whole = JSON.stringify({ users: [user({})] });
    const folder = files.path('folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a-users-0.json'), whole);
    writeFileSync(join(folder, 'b-users-0.json'), whole);
    const huge = files.written('');
    truncateSync(huge, 10 * 1024 ** 3);
    for (const [path, reason] of [
      [files.written('{"realm": "empty"}'), 'other-format'],
      [files.written('PK\u0003\u0004'), 'other-format'],
      [folder, 'several-realms'],
      [files.written(`[${whole}, ${whole}]`), 'several-realms'],
      [huge, 'file-too-large'],
      [files.path('none.json'), 'no-file'],
    ] as const)
      expect(await runImport(server, 'keycloak', path)).toMatchObject({ done: false, reason, exitCode: 31 });
    const cut = files.written(whole.slice(0, -1));
    expect(await runImport(server, 'keycloak', cut, '--dry-run')).toMatchObject({ reason: 'other-format' });
  });
});
