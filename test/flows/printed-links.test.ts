import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const CHOSEN = 'thirteen bricks in the rain';

describe('a link that an operator prints where there is no mail server', () => {
  let server: TestServer;
  let person: Person;
  let accountId: string;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    person = somebody();
    accountId = (await server.addPerson(person)).id;
  });

  type Command = Parameters<AccountCommands['run']>[0];
  const run = (command: Command, ...args: string[]) => server.app.get(AccountCommands).run(command, args);
  async function printed(command: Command, ...args: string[]): Promise<string> {
    const { done, message } = await run(command, person.username, ...args);
    expect([done, message]).toEqual([true, expect.stringContaining(`for ${person.username} alone, once`)]);
    return message.split('\n').at(-1)!;
  }
  const account = async () => (await server.app.get(Accounts).find(accountId))!;

  it('leads to a new password, once, and confirms no address', async () => {
    const link = await printed('password-link');
    const browser = new Browser(server);
    await browser.open(link);
    await browser.press('submit', { password: CHOSEN });
    expect(browser.page.path).toBe('/link-done/reset-password');
    expect((await browser.open(link)).status).toBe(410);
    expect((await account()).emailVerifiedAt).toBeNull();
    await browser.signIn({ ...person, password: CHOSEN });
    expect(browser.page.path).toBe('/dashboard');
  });

  it('confirms the address', async () => {
    const browser = new Browser(server);
    await browser.open(await printed('verification-link'));
    await browser.press('submit');
    expect((await account()).emailVerifiedAt).not.toBeNull();
  });

  it('moves the account to another address, which is confirmed by it', async () => {
    const email = `new-${person.email}`;
    const browser = new Browser(server);
    await browser.open(await printed('email-link', email));
    await browser.press('submit');
    expect(await account()).toMatchObject({ email, emailVerifiedAt: expect.any(Date) });
  });

  it('is superseded by a newer one', async () => {
    const older = await printed('password-link');
    await printed('password-link');
    expect((await new Browser(server).open(older)).status).toBe(410);
  });

  it('is not printed where it would lead nowhere: the operator is told why instead', async () => {
    const other = somebody();
    await server.addPerson(other);
    for (const email of [other.email.toUpperCase(), person.email]) {
      const refused = await run('email-link', person.username, email);
      expect(refused).toMatchObject({ done: false, message: expect.stringContaining('already') });
    }
    expect(await run('email-link', person.username, 'x y')).toMatchObject({ done: false });
    await server.app.get(Accounts).disable(accountId);
    for (const command of ['password-link', 'verification-link', 'email-link'] as const) {
      const refused = await run(command, person.username, `moved-${person.email}`);
      expect(refused).toMatchObject({ done: false, message: expect.stringContaining('is disabled') });
    }
    await server.app.get(Accounts).enable(accountId);
    await printed('password-link');
  });
});
