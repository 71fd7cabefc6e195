import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { UserSearch } from '../../src/admin/users/user-search.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { operatorOn } from '../support/open-forms.operators.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('on the operators’ pages for users', () => {
  let server: TestServer;
  let mailbox: TestMailbox;
  let operator: Browser;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url, GATEHOUSE_REGISTRATION: 'off' } });
    ({ browser: operator } = await operatorOn(server, '/admin/users'));
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  const added = async (person: Person = somebody()) => ({
    person,
    id: (await addEnrolled(server, person)).id,
  });
  const accountOf = async (id: string) => (await server.app.get(Accounts).find(id))!;
  const lastEvent = async (accountId: string, name: string) => {
    const [event] = await server.app
      .get(EntityManager)
      .fork()
      .find(AuditEvent, { accountId, name }, { orderBy: { id: 'desc' }, limit: 1 });
    return event?.detail;
  };
  /** An action, from the button on the user's page to the page that follows. */
  async function act(id: string, action: string, values: Record<string, string> = {}) {
    await operator.open(`/admin/users/${id}`);
    await operator.click(`to-${action}`);
    return operator.press('submit', values);
  }
  const names = () => operator.page.html.querySelectorAll('#users h3').map(({ text }) => text.trim());

  it('people are found by the beginning of a name or an address, or by their identifier', async () => {
    const ada = somebody();
    const { id } = await server.addPerson({
      ...ada,
      username: 'Zoë.Lovelace',
      email: 'Countess@example.org',
    });
    for (const term of ['zoë', 'ZOË.L', 'count', 'COUNTESS@EXAMPLE.ORG', id]) {
      await operator.open(`/admin/users?q=${encodeURIComponent(term)}`);
      expect([term, names()]).toEqual([term, ['Zoë.Lovelace']]);
    }
    expect((await operator.click('user-0')).path).toBe(`/admin/users/${id}`);
    for (const term of ['ovelace', 'zz', '%', '_', '\u0000', id.slice(1)]) {
      await operator.open(`/admin/users?q=${encodeURIComponent(term)}`);
      expect([term, names()]).toEqual([term, []]);
    }
  });

  it('the list is paged by key, each account once, names before addresses', async () => {
    for (let i = 10; i < 70; i++) {
      const called = i % 2 === 0 ? `pager${i}` : `other${i}`;
      await server.addPerson({ ...somebody(), username: called, email: `pager-${i}@example.org` });
    }
    const seen: string[] = [];
    await operator.open('/admin/users?q=pager');
    for (let pages = 0; pages < 5; pages++) {
      seen.push(...names());
      if (!operator.page.html.getElementById('next')) break;
      await operator.click('next');
    }
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
    expect(seen.slice(0, 30).every((name) => name.startsWith('pager'))).toBe(true);
  });

  it('each filter shows those it names', async () => {
    const people = {
      disabled: await added(),
      leaving: await added(),
      operator: await added(),
      'help-desk': await added(),
      grouped: await added(),
    };
    const bare = await server.addPerson(somebody());
    await server.app.get(Accounts).disable(people.disabled.id);
    await act(people.leaving.id, 'delete', { reason: 'has left' });
    await shell(server, 'operator-add', people.operator.person.username);
    await shell(server, 'help-desk-add', people['help-desk'].person.username);
    await server.app.get(Groups).create('staff');
    await server.app.get(Groups).add(people.grouped.id, 'staff');
    const search = server.app.get(UserSearch);
    const shown = async (query: Parameters<UserSearch['page']>[0]) => {
      const ids: string[] = [];
      let page = await search.page(query);
      ids.push(...page.users.map(({ id }) => id));
      while (page.next) {
        page = await search.page({ ...query, after: page.next });
        ids.push(...page.users.map(({ id }) => id));
      }
      return ids;
    };
    expect((await shown({ shown: 'disabled' })).sort()).toEqual(
      [people.disabled.id, people.leaving.id].sort(),
    );
    expect(await shown({ shown: 'leaving' })).toEqual([people.leaving.id]);
    expect(await shown({ shown: 'operator' })).toContain(people.operator.id);
    expect(await shown({ shown: 'help-desk' })).toEqual([people['help-desk'].id]);
    expect(await shown({ group: 'staff' })).toEqual([people.grouped.id]);
    expect(await shown({ group: 'staff', shown: 'disabled' })).toEqual([]);
    expect(await shown({ group: 'gatehouse-operators' })).toContain(bare.id);
    expect(await shown({ shown: 'unverified' })).toContain(bare.id);
    const without = await shown({ shown: 'no-second-factor' });
    expect(without).toContain(bare.id);
    expect(without).not.toContain(people.grouped.id);
    const active = await shown({ shown: 'active' });
    expect(active).toContain(bare.id);
    expect(active).not.toContain(people.disabled.id);
    expect(active).not.toContain(people.leaving.id);
  });

  it('somebody is disabled for a reason, which is asked for and audited, and enabled again', async () => {
    const { person, id } = await added();
    const browser = new Browser(server);
    await browser.signIn(person);
    expect((await act(id, 'disable')).status).toBe(422);
    expect(operator.page.html.getElementById('reason')!.getAttribute('aria-invalid')).toBe('true');
    expect((await operator.press('submit', { reason: ' stolen laptop ' })).path).toContain('done=disable');
    expect(await lastEvent(id, 'account.disabled')).toMatchObject({
      reason: 'stolen laptop',
      before: { state: 'active' },
      after: { state: 'disabled' },
    });
    expect((await browser.open('/dashboard')).path).toMatch(/^\/interaction\//);
    expect((await act(id, 'enable')).text).toContain('The account is enabled.');
    expect((await accountOf(id)).disabledAt).toBeFalsy();
  });

  it('every factor is removed at once, and the log says which there were', async () => {
    const { id } = await added();
    await act(id, 'remove-factors', { reason: 'phone lost' });
    expect(await lastEvent(id, 'second-factor.removed')).toMatchObject({
      reason: 'phone lost',
      before: { totp: [expect.any(String)], passkeys: [] },
      after: { totp: [], passkeys: [] },
    });
  });

  it('a limit is cleared for a reason, and a factor removed, of which the owner gets a letter', async () => {
    const { person, id } = await added();
    const browser = new Browser(server);
    await browser.open('/dashboard');
    for (let i = 0; i < 11; i++) await browser.enterPassword({ ...person, password: 'wrong horse battery' });
    expect((await operator.open(`/admin/users/${id}`)).text).toContain('Too many wrong passwords');
    await act(id, 'clear-throttle', { reason: 'called, it was her' });
    expect(operator.page.text).not.toContain('Too many wrong passwords');
    expect(await lastEvent(id, 'throttle.cleared')).toMatchObject({
      before: ['password'],
      reason: 'called, it was her',
    });
    await operator.click('remove-0');
    await operator.press('submit', { reason: 'phone lost' });
    expect(operator.page.text).toContain('None is set up.');
    expect(await lastEvent(id, 'second-factor.removed')).toMatchObject({ reason: 'phone lost' });
    await mailbox.waitFor(({ to }) => to === person.email);
  });

  it('control characters in an address find nobody', async () => {
    const { id } = await added();
    for (const path of ['/%00', '/%00/help/disable', `/${id}/factors/totp/%00`, '/invitations/%00'])
      expect([path, (await operator.open(`/admin/users${path}`)).status]).toEqual([path, 404]);
    await operator.open('/admin/users?group=%00nobody&show=disabled');
    expect([operator.page.status, names()]).toEqual([200, []]);
  });

  it('a password link is shown once, and opens where it should', async () => {
    const { id } = await added();
    await act(id, 'password-link');
    const link = operator.page.html.getElementById('link')!.text;
    expect((await new Browser(server).open(link)).status).toBe(200);
    expect((await operator.open(`/admin/users/${id}`)).text).not.toContain(link);
    expect(JSON.stringify(await lastEvent(id, 'link.printed'))).not.toContain(link.split('=')[1]!);
  });

  it('a sign-in link is shown once, and signs in whom it is for', async () => {
    const { id, person } = await added();
    await act(id, 'sign-in-link');
    const link = operator.page.html.getElementById('link')!.text;
    const browser = new Browser(server);
    await browser.open(link);
    await browser.press('submit');
    await browser.enterTotp(person);
    expect([browser.page.path, browser.page.text]).toEqual([
      '/dashboard',
      expect.stringContaining(person.username),
    ]);
    expect((await operator.open(`/admin/users/${id}`)).text).not.toContain(link);
    const noted = await lastEvent(id, 'link.printed');
    expect(noted).toMatchObject({ purpose: 'sign-in' });
    expect(JSON.stringify(noted)).not.toContain(link.split('=')[1]!);
    await act(id, 'disable', { reason: 'left' });
    expect((await operator.open(`/admin/users/${id}`)).html.getElementById('to-sign-in-link')).toBeNull();
  });

  it('groups, role and attributes are changed', async () => {
    const { id } = await added();
    await server.app.get(Groups).create('night-shift');
    await act(id, 'add-group', { group: 'night-shift' });
    expect(operator.page.text).toContain('night-shift');
    await act(id, 'remove-group', { group: 'night-shift' });
    expect(await server.app.get(Groups).of(id)).toEqual([]);
    expect((await act(id, 'set-attribute', { attribute: 'sub', value: 'x' })).status).toBe(422);
    await act(id, 'set-attribute', { attribute: 'department', value: '"Engines"' });
    expect(await lastEvent(id, 'attribute.changed')).toMatchObject({ before: null, after: 'Engines' });
    await act(id, 'unset-attribute', { attribute: 'department' });
    expect((await accountOf(id)).attributes ?? {}).toEqual({});
    await act(id, 'role', { role: 'help-desk' });
    expect(await lastEvent(id, 'operator.made')).toMatchObject({ before: null, after: 'help-desk' });
  });

  it('who is to be deleted is disabled for the week, and only an operator keeps them', async () => {
    const { person, id } = await added();
    await act(id, 'delete', { reason: 'has left' });
    expect((await accountOf(id)).disabledAt).toBeTruthy();
    const letter = await mailbox.waitFor(({ to, subject }) => to === person.email && /deleted/.test(subject));
    expect(letter.links.some((link) => link.includes('token='))).toBe(false);
    await act(id, 'keep');
    await act(id, 'enable');
    const browser = new Browser(server);
    await browser.signIn(person);
    const { text } = await browser.open('/dashboard/activity');
    expect(text).toContain('By the operator of this service');
    expect((await accountOf(id)).deletionDueAt).toBeFalsy();
  });

  it('somebody is made, and invited by a letter; an open invitation is withdrawn', async () => {
    const made = somebody();
    await operator.open('/admin/users/new');
    await operator.press('submit', { username: made.username, email: made.email });
    const password = operator.page.html.getElementById('first-password')!.text;
    const browser = new Browser(server);
    await browser.open('/dashboard');
    expect((await browser.enterPassword({ ...made, password })).path).toBe('/dashboard');

    const { username, email, password: own } = somebody();
    await operator.open('/admin/users/invite');
    expect((await operator.press('submit', { email: made.email })).status).toBe(422);
    expect((await operator.press('submit', { email })).text).toContain(email);
    const { link } = await mailbox.waitFor(({ to }) => to === email);
    const guest = new Browser(server);
    await guest.open(link);
    await guest.press('submit');
    expect((await guest.press('submit', { username, email, password: own })).path).toContain('done');

    const other = somebody().email;
    await operator.open('/admin/users/invite');
    await operator.press('submit', { email: other });
    const second = await mailbox.waitFor(({ to }) => to === other);
    await operator.click('withdraw-0');
    await operator.press('submit');
    expect(operator.page.text).not.toContain(other);
    expect((await guest.open(second.link)).status).toBe(410);
  });
});
