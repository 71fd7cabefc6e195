import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readClientsFile } from '../../src/clients/clients-file.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { Browser } from '../support/browser.js';
import { ForeignFiles } from '../support/foreign-users.js';
import { fates, foreignFile, notesOf, runImport, type Reported } from '../support/imports.js';
import { TestServer } from '../support/server.js';

const files = new ForeignFiles();
afterAll(() => files.remove());
const EXPORT = foreignFile('pocket-id/export.zip');

describe('people of Pocket ID', () => {
  let server: TestServer;
  let report: Reported;
  const clientsFile = files.path('clients.yml');
  beforeAll(async () => {
    server = await TestServer.start();
    const dryRun = await runImport(server, 'pocket-id', EXPORT, '--dry-run');
    expect(dryRun).toMatchObject({ dryRun: true, created: 0, wouldCreate: 3 });
    expect(dryRun.clients!.map(({ outcome }) => outcome)).toContain('would-write');
    report = await runImport(server, 'pocket-id', EXPORT, '--clients-file', clientsFile);
  });
  afterAll(() => server.stop());
  const account = async (name: string) => (await server.app.get(Accounts).findByIdentifier(name))!;

  it('come in with what is known of them, and with no way in', async () => {
    expect(fates(report)).toEqual({
      'pi-ada': 'created',
      'pi-bea': 'created',
      'pi-cy': 'created',
      'pi-dov': 'refused unusable-email',
    });
    const ada = await account('pi-ada');
    expect(ada).toMatchObject({
      displayName: 'Ada Example',
      locale: 'de',
      attributes: { department: 'Engines' },
      passwordHash: null,
      emailVerifiedAt: expect.any(Date),
    });
    expect(await server.app.get(Groups).of(ada.id)).toEqual(['developers']);
    expect(notesOf(report, 'pi-ada')).toEqual([
      'passkeys-not-carried-over',
      'group-claim-left-out: level',
      'was-an-administrator',
      'group-left-out: the others',
      'attribute-left-out: sub',
      'no-password',
    ]);
    expect(await account('pi-bea')).toMatchObject({ emailVerifiedAt: null });
    expect(await account('pi-cy')).toMatchObject({ disabledAt: expect.any(Date) });
  });

  it('get in by a link to a first password', async () => {
    const { message } = await server.app.get(AccountCommands).run('password-link', ['pi-ada']);
    const link = /https?:\S+/.exec(message)![0];
    const browser = new Browser(server);
    await browser.open(link.replace(server.url, ''));
    const password = 'copper kites over harbour';
    await browser.press('submit', { password });
    const other = new Browser(server);
    await other.signIn({ username: 'pi-ada', email: 'pi-ada@example.org', password });
    expect(other.page.path).toBe('/dashboard');
  });

  it('are touched by no second run', async () => {
    expect(await runImport(server, 'pocket-id', EXPORT)).toMatchObject({
      created: 0,
      skipped: 3,
      refused: 1,
    });
  });

  it('bring applications along, as a clients file that is read without a mistake', () => {
    const { clients, declarations } = readClientsFile(clientsFile);
    const of = (id: string) => clients.find((client) => client.id === id)!;
    expect(clients.map(({ id }) => id)).toEqual(['cloud', 'photos', 'phone']);
    expect(of('cloud').secret).toMatch(/^[\w-]{43}$/);
    expect(of('cloud').metadata).toMatchObject({
      client_name: 'Cloud',
      redirect_uris: ['https://cloud.example.org/cb'],
      post_logout_redirect_uris: ['https://cloud.example.org/bye'],
      client_uri: 'https://cloud.example.org',
    });
    // Who may not use an application there may not use it here.
    expect(of('photos').metadata).toMatchObject({
      groups: ['developers'],
      redirect_uris: ['https://photos.example.org/cb'],
    });
    expect(declarations.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['groups developers']);
    expect(of('phone').metadata).toMatchObject({
      token_endpoint_auth_method: 'none',
      require_pushed_authorization_requests: true,
    });
    expect(report.clients).toEqual([
      { client: 'cloud', outcome: 'written', notes: ['new-client-secret'] },
      {
        client: 'photos',
        outcome: 'written',
        notes: [
          'reauthentication-left-out',
          expect.stringContaining('redirect-uri-left-out: https://photos.example.org/*'),
          'new-client-secret',
          'pkce-is-demanded-now',
          'asks-for-consent-now',
        ],
      },
      { client: 'phone', outcome: 'written' },
      { client: 'locked', outcome: 'left-out', reason: 'restricted-to-groups-that-cannot-be' },
      {
        client: 'https://described.example.org/client.json',
        outcome: 'left-out',
        reason: 'described-elsewhere',
      },
    ]);
  });
});
