import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '../../src/admin/actor.js';
import { UserActions } from '../../src/admin/users/user-actions.js';
import { UserMemberships } from '../../src/admin/users/user-memberships.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import type { Account } from '../../src/users/account.entity.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Operators } from '../../src/users/operators.service.js';
import { somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { TestServer } from '../support/server.js';

type End = (server: TestServer, actor: Actor, account: Account) => Promise<unknown>;

/** Every way in which somebody stops being an operator who can sign in. */
const ENDINGS: Record<string, End> = {
  'is disabled': (server, ...args) => server.app.get(UserActions).disable(...args),
  'is to be deleted': (server, ...args) => server.app.get(UserActions).requestDeletion(...args),
  'deletes the account on the dashboard': (server, _actor, { id }) =>
    server.app.get(AccountDeletion).request(id),
  'loses the role': (server, ...args) => server.app.get(UserMemberships).setRole(...args, undefined),
  'becomes help desk': (server, ...args) => server.app.get(UserMemberships).setRole(...args, 'help-desk'),
};
const BY_API: Actor = { by: 'client:tool' };

describe('the last operator who can sign in', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    const operators = server.app.get(Operators);
    for (const { id } of await operators.all()) await operators.setRole(id, undefined, { evenTheLast: true });
  });

  async function operator(): Promise<Account> {
    const account = await server.addPerson(somebody());
    await server.app.get(Operators).setRole(account.id, 'operator');
    return account;
  }

  async function active(): Promise<string[]> {
    const found: string[] = [];
    for (const { id, role } of await server.app.get(Operators).all()) {
      const { disabledAt, deletionDueAt } = (await server.app.get(Accounts).find(id))!;
      if (role === 'operator' && !disabledAt && !deletionDueAt) found.push(id);
    }
    return found;
  }

  it.each(Object.entries(ENDINGS))('stays when they %s', async (_how, end) => {
    const last = await operator();
    const outcome = await end(server, BY_API, last);
    expect(JSON.stringify(outcome)).toContain('last-operator');
    expect(await active()).toEqual([last.id]);
    expect(await server.app.get(Operators).roleOf(last.id)).toBe('operator');
  });

  it.each(Object.entries(ENDINGS))('is one of several, when each of them %s at once', async (_how, end) => {
    const accounts = [await operator(), await operator(), await operator()];
    await Promise.all([...accounts, ...accounts].map((account) => end(server, BY_API, account)));
    expect(await active()).toHaveLength(1);
  });

  it('is told so where they would delete the account', async () => {
    const { browser, person } = await operatorOn(server, '/dashboard/delete');
    await browser.press('submit', { username: person.username });
    expect([browser.page.status, browser.page.text]).toEqual([
      422,
      expect.stringContaining('You are the last operator') as unknown,
    ]);
  });

  it('is one of two who end each other at once, each in another way', async () => {
    for (const one of Object.values(ENDINGS))
      for (const other of Object.values(ENDINGS)) {
        const [ada, bea] = [await operator(), await operator()];
        await Promise.all([
          one(server, { by: ada.id, role: 'operator' }, bea),
          other(server, { by: bea.id, role: 'operator' }, ada),
        ]);
        const left = await active();
        expect(left).toHaveLength(1);
        await server.app.get(Operators).setRole(left[0]!, undefined, { evenTheLast: true });
      }
  });
});
