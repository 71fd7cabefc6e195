import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUP_COMMANDS } from '../../src/admin/commands/backup-commands.list.js';
import { COMMANDS } from '../../src/admin/commands/commands.list.js';
import { said, type Outcome } from '../../src/admin/commands/outcome.js';
import { Shell } from '../../src/admin/commands/shell.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { database } from '../support/database.js';
import { Program } from '../support/program.js';
import { freePort, TestServer } from '../support/server.js';

/** These have no module of the server around them; backup.test.ts, program.test.ts and migrate below run them. */
const WITHOUT_SERVER = [...Object.keys(BACKUP_COMMANDS), 'doctor', 'migrate'];

describe('with --json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-shell-'));
  const ada = { ...somebody(), username: 'ada.of.the.shell' };
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await addEnrolled(server, ada);
    await run('group-create', 'staff');
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const run = (name: string, ...args: string[]): Promise<Outcome> => server.app.get(Shell).run(name, args);
  const facts = async (name: string, ...args: string[]) =>
    JSON.parse(said(await run(name, ...args), true).text) as Record<string, unknown>;

  /** Everything that a script gets to read. */
  async function documents(outcome: Outcome): Promise<unknown[]> {
    let text = outcome.lines ? '' : said(outcome, true).text;
    for await (const each of outcome.lines ?? []) text += each;
    if (!outcome.lines && !/^\{.*\}\n\{/.test(text) && text !== '') return [JSON.parse(text) as unknown];
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as unknown);
  }

  const word = (parameter: string): string =>
    ({
      group: 'staff',
      file: join(folder, 'people.jsonl'),
      kind: 'gatehouse',
      client: 'notes',
      client_id: 'notes',
      claim: 'department',
      'json or text': 'Engines',
      name: 'GATEHOUSE_REGISTRATION',
      value: 'off',
      'e-mail': 'new@example.org',
      'new e-mail': 'newer@example.org',
      'user name': 'new',
    })[parameter] ?? ada.username;

  it.each(Object.keys(COMMANDS).filter((name) => !WITHOUT_SERVER.includes(name)))(
    '%s says what came of it as JSON',
    async (name) => {
      const { parameters, optional = [] } = COMMANDS[name]!;
      const json = optional.includes('--json') ? ['--json'] : [];
      const outcome = await run(name, ...parameters.map(word), ...json);
      expect(outcome.exitCode).not.toBe(64);
      for (const document of await documents(outcome)) expect(document).toEqual(expect.any(Object));
    },
    30_000,
  );

  it('links, passwords, groups, keys and changes have names', async () => {
    const bea = somebody();
    await server.addPerson(bea);
    await run('group-create', 'staff');
    expect(await facts('sign-in-link', bea.username)).toEqual({
      done: true,
      username: bea.username,
      url: expect.stringContaining('token='),
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await facts('reset-password', bea.username)).toMatchObject({ password: expect.any(String) });
    expect(await facts('group-add', bea.username, 'staff')).toMatchObject({ done: true });
    expect(await facts('group-members', 'staff')).toMatchObject({ members: [{ username: bea.username }] });
    expect(await facts('keys')).toMatchObject({
      keys: expect.arrayContaining([
        expect.objectContaining({ state: 'signs', createdAt: expect.any(String) }),
      ]),
    });
    expect(await facts('clients plan')).toEqual({ done: true, changes: [] });
    expect(await facts('clients')).toMatchObject({
      clients: expect.arrayContaining([expect.objectContaining({ id: 'notes' })]),
    });
    expect(await facts('claims', 'notes', bea.username)).toMatchObject({ given: expect.any(Array) });
  });

  it('what is not there is no success', async () => {
    for (const [name, ...args] of [
      ['group-members', 'stuff'],
      ['webhooks deliveries', 'nobody'],
      ['sign-in-link', 'nobody'],
    ] as const)
      expect([name, await run(name, ...args)]).toMatchObject([name, { done: false }]);
  });

  it('everybody is listed, however many they are', async () => {
    for (let count = 0; count < 120; count++) await server.addPerson(somebody());
    expect((await documents(await run('users', '--json'))).length).toBeGreaterThan(120);
    expect(await documents(await run('users', '--json', 'nobody-is-called-so'))).toEqual([]);
  }, 60_000);

  it('somebody is signed out, deleted and kept from the shell', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    expect(await run('sign-out', person.username)).toMatchObject({ done: true });
    await browser.open('/dashboard');
    expect(browser.page.path).not.toBe('/dashboard');
    expect(await run('keep', person.username)).toMatchObject({ done: false });
    expect(await facts('delete', person.username)).toMatchObject({ dueAt: expect.any(String) });
    const find = () => server.app.get(Accounts).find(id);
    expect(await find()).toMatchObject({ deletionDueAt: expect.any(Date), disabledAt: expect.any(Date) });
    expect(await run('delete', person.username)).toMatchObject({ done: false });
    expect(await run('keep', person.username)).toMatchObject({ done: true });
    expect(await find()).toMatchObject({ deletionDueAt: null });
  });
});

describe('the output of a command', () => {
  it('is JSON and nothing else, or empty where nothing came of it', async () => {
    const server = await TestServer.start();
    const env = { ...server.env, GATEHOUSE_PORT: String(await freePort()) };
    const shell = async (...words: string[]) => {
      const program = Program.shell(env, ...words);
      const code = await program.ended();
      return { code, stdout: program.stdout, output: program.output };
    };
    const keys = await shell('keys', '--json');
    expect([keys.code, JSON.parse(keys.stdout)]).toMatchObject([0, { done: true, keys: [{}, {}] }]);
    const nobody = await shell('sign-in-link', 'nobody', '--json');
    expect([nobody.code, JSON.parse(nobody.stdout)]).toMatchObject([
      1,
      { done: false, message: expect.stringContaining('no account') },
    ]);
    const plain = await shell('sign-in-link', 'nobody');
    expect(plain).toMatchObject({ code: 1, stdout: '', output: expect.stringContaining('no account') });
    const slip = await shell('users', '--jsn');
    expect(slip).toMatchObject({ code: 64, stdout: '', output: expect.stringContaining('gatehouse users') });
    expect(await shell('import', 'flask')).toMatchObject({ code: 64, stdout: '' });
    // Another program has the port, and is glad to answer.
    const other = createServer((_, res) => void res.end('hello')).listen(Number(env.GATEHOUSE_PORT));
    const health = await shell('health', '--json');
    expect([health.code, JSON.parse(health.stdout)]).toMatchObject([1, { done: false }]);
    other.close();
    writeFileSync(
      join(server.dataDir, 'clients.yaml'),
      'clients:\n  - client_id: a\n    redirect_uris: [x]\n',
    );
    const plan = await shell('clients', 'plan', '--json');
    expect([plan.code, JSON.parse(plan.stdout)]).toMatchObject([
      78,
      { done: false, mistakes: [expect.stringContaining('line 2'), expect.stringContaining('line 3')] },
    ]);
    const migrated = await shell('migrate', '--json');
    expect([migrated.code, JSON.parse(migrated.stdout)]).toEqual([0, { done: true, database, migrated: [] }]);
    await server.stop();
  }, 60_000);
});
