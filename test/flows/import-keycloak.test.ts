import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClientsFile } from '../../src/clients/clients-file.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { Authenticator } from '../support/authenticator.js';
import { Browser } from '../support/browser.js';
import { ForeignFiles } from '../support/foreign-users.js';
import { fates, foreignFile, notesOf, runImport, type Reported } from '../support/imports.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());
const REALM = foreignFile('keycloak/realm.json');

/** As Keycloak showed the keys of their phones: its raw text in base32. */
const PEOPLE = [
  ['kc-ada', 'copper kites over harbour', new Authenticator('NFJHATLZOFLDKNJVNBCFGRSIJQ2XSRCQ')],
  [
    'kc-bea',
    'seven brass lanterns',
    new Authenticator('MFSFOY3FHBBVIZDIJEZWEZ2DOJZECT3W', { algorithm: 'sha256', digits: 8, period: 60 }),
  ],
  [
    'kc-dov',
    'quiet orchard ladders',
    new Authenticator('OVZHCZKJI5CG42TRMZUVMQSSNNKVON2R', { algorithm: 'sha512' }),
  ],
  ['kc-ida', 'eleven copper bridges', undefined],
  ['kc-jon', 'winter barley soup', undefined],
] as const;

describe('people of a Keycloak realm', () => {
  let server: TestServer;
  let report: Reported;
  const clientsFile = files.path('clients.yml');
  beforeAll(async () => {
    server = await TestServer.start();
    const dryRun = await runImport(server, 'keycloak', REALM, '--dry-run');
    expect(dryRun).toMatchObject({ dryRun: true, created: 0, wouldCreate: 9, refused: 1, skipped: 1 });
    expect(await server.app.get(Accounts).findByIdentifier('kc-ada')).toBeNull();
    report = await runImport(server, 'keycloak', REALM, '--clients-file', clientsFile);
  });
  afterAll(() => server.stop());
  const account = async (name: string) => (await server.app.get(Accounts).findByIdentifier(name))!;

  it('come in, but for who has no address and what is no person', () => {
    const { created, exitCode } = report;
    expect({ created, exitCode }).toEqual({ created: 9, exitCode: 30 });
    expect(fates(report)).toMatchObject({
      'kc-gus': 'refused unusable-email',
      'service-account-robot': 'skipped service-account',
    });
  });

  it.each(PEOPLE)(
    'sign in with the old password and the old phone: %s',
    async (username, password, phone) => {
      const person = {
        username,
        password,
        email: `${username}@example.org`,
        ...(phone ? { authenticator: phone } : {}),
      };
      const before = (await account(username)).passwordHash!;
      expect(before).not.toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      const wrong = new Browser(server);
      await wrong.open('/dashboard');
      await wrong.enterPassword({ ...person, password: `${password}!` });
      expect(wrong.page.path).toMatch(/\/password$/);
      for (const _ of ['as it came', 'as it is kept from then on']) {
        const browser = new Browser(server);
        await browser.signIn(person);
        expect(browser.page.path).toBe('/dashboard');
        expect((await account(username)).passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      }
    },
  );

  it('keep what is known of them, and what does not fit is said', async () => {
    const ada = await account('kc-ada');
    expect(ada).toMatchObject({
      displayName: 'Kc-ada Example',
      locale: 'de',
      phoneNumber: '+491701234567',
      details: { given_name: 'Kc-ada', family_name: 'Example' },
      attributes: { department: 'Engines', teams: ['a', 'b'] },
      emailVerifiedAt: expect.any(Date),
    });
    expect(await server.app.get(Groups).of(ada.id)).toEqual(['staff/engines']);
    expect(notesOf(report, 'kc-ada')).toEqual([
      'backup-codes-not-carried-over',
      'group-left-out: Marketing Team',
      'roles-left-out: editor',
    ]);
  });

  it('are not let in by what was to change, or was switched off', async () => {
    expect(await account('kc-cy')).toMatchObject({ disabledAt: expect.any(Date) });
    expect(await account('kc-eve')).toMatchObject({ emailVerifiedAt: null });
    expect(notesOf(report, 'kc-eve')).toEqual(['required-action-left-out: TERMS_AND_CONDITIONS']);
    expect(await account('kc-fay')).toMatchObject({ passwordHash: null });
    expect(notesOf(report, 'kc-fay')).toEqual(['password-was-to-be-changed', 'no-password']);
    expect(notesOf(report, 'kc-hal')).toEqual(['no-password']);
  });

  it('are touched by no second run, from the files of a folder either', async () => {
    const before = await account('kc-ada');
    for (const path of [REALM, foreignFile('keycloak/folder')])
      expect(await runImport(server, 'keycloak', path)).toMatchObject({
        created: 0,
        skipped: 10,
        refused: 1,
      });
    expect(await account('kc-ada')).toEqual(before);
  });

  it('bring their roles as groups where that is asked for', async () => {
    const other = await TestServer.start();
    const folder = foreignFile('keycloak/folder');
    const { created } = await runImport(other, 'keycloak', folder, '--roles-as-groups');
    expect(created).toBe(9);
    const ada = (await other.app.get(Accounts).findByIdentifier('kc-ada'))!;
    expect(await other.app.get(Groups).of(ada.id)).toEqual(['editor', 'staff/engines']);
    await other.stop();
  });

  describe('and its applications', () => {
    it('come out as a clients file that is read without a mistake', () => {
      expect(statSync(clientsFile).mode & 0o777).toBe(0o600);
      const { clients } = readClientsFile(clientsFile);
      const metadata = Object.fromEntries(clients.map(({ id, metadata }) => [id, metadata]));
      expect(Object.keys(metadata).sort()).toEqual(['asserts', 'loose', 'robot', 'spa', 'tv', 'wiki']);
      expect(metadata['wiki']).toMatchObject({
        client_name: 'Wiki',
        redirect_uris: ['https://wiki.example.org/callback'],
        post_logout_redirect_uris: ['https://wiki.example.org/bye', 'https://wiki.example.org/callback'],
        backchannel_logout_uri: 'https://wiki.example.org/logout',
        scope: 'openid profile email address phone offline_access',
        require_pkce: true,
      });
      expect(metadata['loose']).toMatchObject({
        redirect_uris: ['https://loose.example.org/cb'],
        grant_types: ['authorization_code', 'refresh_token'],
        require_pkce: true,
      });
      expect(metadata['spa']).toMatchObject({
        token_endpoint_auth_method: 'none',
        redirect_uris: ['https://spa.example.org/callback'],
      });
      expect(metadata['robot']).toMatchObject({ grant_types: ['client_credentials'] });
      expect(metadata['asserts']).toMatchObject({
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://asserts.example.org/jwks.json',
      });
      expect(clients.find(({ id }) => id === 'wiki')?.secret).toBe('wiki-secret-of-keycloak-0123456789');
    });

    it('never weaker than here: each wildcard, plain address and flow that is left out is named', () => {
      const of = (id: string) => report.clients!.find(({ client }) => client === id)!;
      expect(of('loose').notes).toEqual([
        'implicit-flow-left-out',
        'password-grant-left-out',
        'web-origins-left-out: *',
        expect.stringContaining('redirect-uri-left-out: https://loose.example.org/* (wildcards'),
        expect.stringContaining('redirect-uri-left-out: http://loose.example.org/cb (use https'),
        'short-client-secret',
        'pkce-is-demanded-now',
        'asks-for-consent-now',
      ]);
      expect(of('wild')).toMatchObject({ outcome: 'left-out', reason: 'no-usable-redirect-uri: *' });
      expect(of('off')).toMatchObject({ outcome: 'left-out', reason: 'disabled' });
      expect(of('https://saml.example.org')).toMatchObject({ reason: 'not-openid-connect' });
      expect(readFileSync(clientsFile, 'utf8')).toContain('# redirect-uri-left-out: https://loose');
      expect(of('account')).toBeUndefined();
    });

    it('come alone, too: what the console of Keycloak exports has nobody in it', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-partial-'));
      const { users: _left, ...partial } = JSON.parse(readFileSync(REALM, 'utf8')) as { users: unknown };
      const file = join(folder, 'realm-export.json');
      writeFileSync(file, JSON.stringify(partial));
      const written = join(folder, 'clients.yaml');
      expect(await runImport(server, 'keycloak', file, '--clients-file', written)).toMatchObject({
        created: 0,
        refused: 0,
        exitCode: 0,
      });
      expect(readFileSync(written, 'utf8')).toBe(readFileSync(clientsFile, 'utf8'));
      rmSync(folder, { recursive: true });
    });

    it('are taken by a server that starts with the file', async () => {
      const other = await TestServer.start({ clients: readFileSync(clientsFile, 'utf8') });
      const { status } = await fetch(
        `${other.url}/oidc/auth?client_id=wiki&response_type=code&scope=openid&code_challenge=${'A'.repeat(43)}&code_challenge_method=S256&redirect_uri=https://wiki.example.org/callback`,
        { redirect: 'manual' },
      );
      expect(status).toBe(303);
      await other.stop();
    });

    it('overwrite no file, and then nobody comes in either', async () => {
      expect(await runImport(server, 'keycloak', REALM, '--clients-file', clientsFile)).toMatchObject({
        reason: 'file-exists',
        exitCode: 31,
      });
    });
  });
});
