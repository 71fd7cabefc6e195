import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import { Throttle } from '../../src/attempts/throttle.service.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import type { Actor } from '../../src/admin/actor.js';
import type { Acted } from '../../src/admin/users/acted.js';
import { UserActions } from '../../src/admin/users/user-actions.js';
import { UserHelp } from '../../src/admin/users/user-help.js';
import { UserMemberships } from '../../src/admin/users/user-memberships.js';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import type { Account } from '../../src/users/account.entity.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { Operators, type Role } from '../../src/users/operators.service.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { beginElsewhere } from '../support/half-way.js';
import { TestServer } from '../support/server.js';

type Act = (server: TestServer, actor: Actor, account: Account) => Promise<Acted>;

/** What the help desk does for people. */
const HELP: Record<string, Act> = {
  disable: (server, ...args) => server.app.get(UserActions).disable(...args, 'a reason'),
  enable: (server, ...args) => server.app.get(UserActions).enable(...args, 'a reason'),
  signOut: (server, ...args) => server.app.get(UserActions).signOut(...args, 'a reason'),
  endSession: (server, ...args) => server.app.get(UserActions).endSession(...args, 'none', 'a reason'),
  resetPassword: (server, ...args) => server.app.get(UserHelp).resetPassword(...args, 'a reason'),
  passwordLink: (server, ...args) => server.app.get(UserHelp).passwordLink(...args),
  signInLink: (server, ...args) => server.app.get(UserHelp).signInLink(...args),
  verificationLink: (server, ...args) => server.app.get(UserHelp).verificationLink(...args),
  emailLink: (server, ...args) => server.app.get(UserHelp).emailLink(...args, 'free@example.org'),
  clearThrottle: (server, ...args) => server.app.get(UserHelp).clearThrottle(...args, 'a reason'),
  removeFactor: (server, ...args) =>
    server.app.get(UserHelp).removeFactor(...args, { kind: 'totp', id: 'none' }, 'a reason'),
  removeEveryFactor: (server, ...args) => server.app.get(UserHelp).removeEveryFactor(...args, 'a reason'),
  confirmRecovery: (server, ...args) => server.app.get(UserHelp).confirmRecovery(...args, 'a reason'),
  refuseRecovery: (server, ...args) => server.app.get(UserHelp).refuseRecovery(...args, 'a reason'),
};

/** What only an operator does. */
const RIGHTS: Record<string, Act> = {
  addToGroup: (server, ...args) => server.app.get(UserMemberships).addToGroup(...args, 'staff'),
  removeFromGroup: (server, ...args) => server.app.get(UserMemberships).removeFromGroup(...args, 'staff'),
  setRole: async (server, actor, account) => {
    const role = await server.app.get(Operators).roleOf(account.id);
    const other = role === 'help-desk' ? undefined : 'help-desk';
    return server.app.get(UserMemberships).setRole(actor, account, other);
  },
  setAttribute: (server, ...args) => server.app.get(UserMemberships).setAttribute(...args, 'team', 'x'),
  unsetAttribute: (server, ...args) => server.app.get(UserMemberships).unsetAttribute(...args, 'team'),
  requestDeletion: (server, ...args) => server.app.get(UserActions).requestDeletion(...args, 'a reason'),
  keep: (server, ...args) => server.app.get(UserActions).keep(...args, 'a reason'),
};

const ACTIONS = { ...HELP, ...RIGHTS };
/** What there has to be to undo: of what is so already nothing is noted. */
const BEFORE: Record<string, (server: TestServer, id: string) => Promise<unknown>> = {
  signOut: beginElsewhere,
  enable: (server, id) => server.app.get(Accounts).disable(id, { evenTheLast: true }),
  clearThrottle: (server, subject) =>
    server.app.get(Throttle).admit('password', { subject, isAccount: true, browserTokens: [] }),
};
const TARGETS = [undefined, 'help-desk', 'operator'] as const;
type Answer = 'acted' | 'may-not-help' | 'operators-only';

/** Action × who does it × to whom. */
const TABLE = Object.keys(ACTIONS).flatMap((action) =>
  TARGETS.flatMap((target): [string, Role, Role | undefined, Answer][] => [
    [action, 'operator', target, 'acted'],
    [action, 'help-desk', target, action in RIGHTS ? 'operators-only' : target ? 'may-not-help' : 'acted'],
  ]),
);

describe('a member of the help desk who would be more', () => {
  let server: TestServer;
  let actors: Record<Role, Actor>;
  beforeAll(async () => {
    server = await TestServer.start();
    await server.app.get(Groups).create('staff');
    const made = async (role: Role) => (await account(role)).id;
    actors = {
      operator: { by: await made('operator'), role: 'operator' },
      'help-desk': { by: await made('help-desk'), role: 'help-desk' },
    };
  });
  afterAll(() => server.stop());

  async function account(role: Role | undefined): Promise<Account> {
    const person = somebody();
    await addEnrolled(server, person);
    const found = (await server.app.get(Accounts).findByIdentifier(person.username))!;
    await server.app.get(Operators).setRole(found.id, role);
    return found;
  }

  const eventsOf = (accountId: string) =>
    server.app
      .get(EntityManager)
      .fork()
      .find(AuditEvent, { accountId, detail: { $ne: null } });

  it.each(TABLE)(
    '%s, tried by an %s on somebody with the role %s: %s',
    async (action, role, target, answer) => {
      const { id } = await account(target);
      await BEFORE[action]?.(server, id);
      const whom = (await server.app.get(Accounts).find(id))!;
      const before = (await eventsOf(whom.id)).length;
      const acted = await ACTIONS[action]!(server, actors[role], whom);
      const events = (await eventsOf(whom.id)).slice(before);
      if (answer === 'acted') {
        expect(['may-not-help', 'operators-only']).not.toContain(acted.kind === 'refused' && acted.why);
        expect(events).toHaveLength(acted.kind === 'done' ? 1 : 0);
        for (const { detail } of events) expect(detail?.['by']).toBe(actors[role].by);
        return;
      }
      expect(acted).toEqual({ kind: 'refused', why: answer });
      expect(events).toEqual([]);
      const now = (await server.app.get(Accounts).find(whom.id))!;
      expect(now).toEqual(whom);
      expect(await server.app.get(Operators).roleOf(whom.id)).toBe(target);
    },
  );

  it.each(['operator', 'help-desk'] as const)('keeps no link to somebody who becomes %s', async (role) => {
    const whom = await account(undefined);
    const help = server.app.get(UserHelp);
    const printed = [
      await help.signInLink(actors['help-desk'], whom),
      await help.passwordLink(actors['help-desk'], whom),
      await help.emailLink(actors['help-desk'], whom, `${whom.username}@help.example.org`),
    ];
    const statuses = async () =>
      Promise.all(
        printed.map(async (link) => {
          if (link.kind === 'refused') throw new Error(link.why);
          return (await new Browser(server).open(link.url)).status;
        }),
      );
    expect(await statuses()).toEqual([200, 200, 200]);
    await server.app.get(UserMemberships).setRole(actors.operator, whom, role);
    expect(await statuses()).toEqual([410, 410, 410]);
  });

  it('does not keep a session that began by a link when its owner is made an operator', async () => {
    const person = somebody();
    const account = await server.addPerson(person);
    const helper = await addEnrolled(server, somebody());
    await server.app.get(Operators).setRole(helper.id, 'help-desk');
    const made = await server.app.get(UserHelp).signInLink({ by: helper.id }, account);
    const browser = new Browser(server);
    await browser.open((made as { url: string }).url);
    await browser.press('submit');
    expect(browser.page.path).toBe('/dashboard');
    const boss = await addEnrolled(server, somebody());
    await server.app.get(Operators).setRole(boss.id, 'operator');
    await server.app.get(UserMemberships).setRole({ by: boss.id }, account, 'operator');
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/\/password$/);
  });

  it('does not keep a recovery that it confirmed when its owner is made an operator', async () => {
    const account = await addEnrolled(server, somebody());
    const helper = await addEnrolled(server, somebody());
    await server.app.get(Operators).setRole(helper.id, 'help-desk');
    const recovery = server.app.get(Recovery);
    await recovery.request(account);
    await server.app.get(UserHelp).confirmRecovery({ by: helper.id }, account, 'a reason');
    expect(await recovery.open(account.id)).toBeDefined();
    await server.app.get(Operators).setRole(account.id, 'operator');
    expect(await recovery.open(account.id)).toBeUndefined();
  });

  it('does none of it to their own account either', async () => {
    const own = (await server.app.get(Accounts).find(actors['help-desk'].by))!;
    for (const [name, act] of Object.entries(ACTIONS))
      expect([name, (await act(server, actors['help-desk'], own)).kind]).toEqual([name, 'refused']);
  });
});
