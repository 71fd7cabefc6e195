import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { follow, letter, linkTo } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import { outboxEmptied } from '../support/outbox.js';
import type { Person } from '../support/people.js';
import { addRow, rowsOf, tables } from '../support/rows.js';
import { TestServer } from '../support/server.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PAGE = '/dashboard/delete';

describe("deleting one's account", () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  const find = (id: string) => server.app.get(Accounts).find(id);
  const deleteDue = () => server.app.get(AccountDeletion).deleteDue(100);

  async function onThePage(): Promise<{ person: Person; id: string; browser: Browser }> {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(PAGE);
    return { person, id, browser };
  }

  async function requested() {
    const hands = await onThePage();
    await hands.browser.press('submit', { username: hands.person.username });
    return hands;
  }

  it('takes my user name, typed', async () => {
    const { person, id, browser } = await onThePage();
    for (const username of ['', 'somebody else', person.email]) {
      await browser.press('submit', { username });
      expect(browser.page.status).toBe(422);
      expect(browser.page.text).toContain('That is not your user name');
    }
    expect(await find(id)).toMatchObject({ deletionDueAt: null });
    await browser.press('submit', { username: ` ${person.username.toUpperCase()} ` });
    expect(browser.page.path).toMatch(/^\/deletion-requested\?/);
  });

  it('ends every session and token at once, and says until when the account can be kept, and how', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const notes = new Application(server, 'notes');
    const elsewhere = new Browser(server);
    await elsewhere.open(notes.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await elsewhere.enterPassword(person);
    if (elsewhere.page.html.getElementById('submit') && !elsewhere.sentTo) await elsewhere.press('submit');
    const tokens = await notes.redeem(notes.codeFrom(elsewhere));
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(PAGE);
    await browser.press('submit', { username: person.username });

    expect(browser.page.status).toBe(200);
    const until = Date.parse(browser.page.html.querySelector('time')!.getAttribute('datetime')!);
    expect(until - server.clock.now().getTime()).toBeGreaterThan(7 * DAY - MINUTE);
    expect(until).toBe((await find(id))!.deletionDueAt!.getTime());
    expect(browser.page.text).toContain('open the link in the message');
    expect(Object.keys(browser.cookies())).not.toContain('session');
    for (const each of [browser, elsewhere]) {
      await each.open('/dashboard');
      expect(each.page.path).toMatch(/\/password$/);
    }
    expect((await notes.userinfo(tokens.access_token!)).status).toBe(401);
    if (tokens.refresh_token) expect((await notes.refresh(tokens.refresh_token)).status).toBe(400);
  });

  it('is taken back with the link in the mail, by whoever reads it', async () => {
    const { person, id } = await requested();
    const told = await letter(mailbox, person.email, 'Your account will be deleted');
    server.clock.advance(6 * DAY);
    const browser = new Browser(server);
    await follow(browser, linkTo('/keep-account', told));
    expect(browser.page.path).toBe('/link-done/keep-account');
    expect(await find(id)).toMatchObject({ deletionDueAt: null });
    await letter(mailbox, person.email, 'Your account stays');
    server.clock.advance(7 * DAY);
    await deleteDue();
    expect(await find(id)).not.toBeNull();
  });

  it('is taken back on every page of the account, after signing in again', async () => {
    const { person, id } = await requested();
    const browser = new Browser(server);
    await browser.signIn(person);
    for (const page of ['', '/profile', '/second-factor', '/password', '/email', '/delete']) {
      await browser.open(`/dashboard${page}`);
      expect([page, browser.page.html.getElementById('keep-account')?.tagName]).toEqual([page, 'BUTTON']);
    }
    // Asked for once more, the week does not begin anew.
    const { deletionDueAt } = (await find(id))!;
    server.clock.advance(MINUTE);
    await browser.post(PAGE, { _csrf: browser.formToken, username: person.username });
    expect((await find(id))!.deletionDueAt).toEqual(deletionDueAt);

    await browser.press('keep-account');
    expect(browser.page.path).toBe('/dashboard?done=account-kept');
    expect(browser.page.text).toContain('Your account stays');
    expect(browser.page.html.getElementById('keep-account')).toBeNull();
    expect(await find(id)).toMatchObject({ deletionDueAt: null });
    await browser.post('/dashboard/keep', { _csrf: browser.formToken });
    expect(browser.page.path).toBe('/dashboard');
  });

  it('leads back to the account when signing in came in between', async () => {
    const { person, id } = await requested();
    const browser = new Browser(server);
    await browser.signIn(person);
    const { path, fields } = browser.form('keep-account');
    server.clock.advance(2 * 60 * MINUTE);
    await browser.post(path, fields);
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard');
    await browser.press('keep-account');
    expect(await find(id)).toMatchObject({ deletionDueAt: null });
  });

  it('happens after 7 days: nothing that is linked to the account is left, and nothing of others is gone', async () => {
    const { linked, unlinked } = tables(server);
    // A new table says whose its rows are (accountId), or stands here.
    expect(unlinked.sort()).toEqual([
      'account',
      'account_group',
      'audit_erasure',
      'audit_head',
      'audit_link',
      'client',
      // What strangers asked for in vain, and for which application: nobody was signed in.
      'client_refusal',
      'declaration',
      // updatedBy is an operator’s, as in the audit log.
      'runtime_setting',
      'signing_key',
      'spent_challenge',
      'throttle',
    ]);
    const { person, id } = await requested();
    const bystander = somebody();
    const { id: otherId } = await addEnrolled(server, bystander);
    await letter(mailbox, person.email, 'Your account will be deleted');
    // What is on its way changes by itself.
    await outboxEmptied(server, 'mail');
    server.clock.advance(7 * DAY - MINUTE);
    await deleteDue();
    expect(await find(id)).not.toBeNull();
    for (const table of linked) for (const owner of [id, otherId]) await makeRow(table, owner);
    const ofOthers = await contents(otherId);

    server.clock.advance(2 * MINUTE);
    const [here, elsewhere] = await Promise.all([deleteDue(), deleteDue()]);
    expect(here + elsewhere).toBeGreaterThan(0);
    expect(await find(id)).toBeNull();
    const left = (await contents(id)).filter(([, rows]) => rows.length > 0);
    expect(left.map(([table]) => table)).toEqual(['audit_event']);
    // The record stays whole, and says of nobody any more where they were.
    for (const event of left[0]![1])
      expect(event).toMatchObject({ address: null, user_agent: null, detail: null });
    expect(await contents(otherId)).toEqual(ofOthers);

    const { text } = await letter(mailbox, person.email, 'Your account was deleted');
    expect(text).toContain(person.username);
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword(person);
    expect(browser.page.status).toBe(422);
    expect(await server.app.get(Accounts).register(person)).toMatchObject({
      id: expect.not.stringMatching(id),
    });

    async function makeRow(table: (typeof linked)[number], owner: string) {
      const rows = await rowsOf(server, table.tableName, owner);
      if (rows.length === 0) await addRow(server, table, owner);
      expect(await rowsOf(server, table.tableName, owner)).not.toEqual([]);
    }
    async function contents(owner: string): Promise<[string, object[]][]> {
      const all: [string, object[]][] = [];
      for (const { tableName } of linked) all.push([tableName, await rowsOf(server, tableName, owner)]);
      return all;
    }
  });

  it('takes a recent sign-in with every factor', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(PAGE);
    const { path, fields } = browser.form('submit', { username: person.username });
    server.clock.advance(11 * MINUTE);
    await browser.post(path, fields);
    expect(browser.page.path).toMatch(/^\/interaction\/.+\/password$/);
    expect(await find(id)).toMatchObject({ deletionDueAt: null });
  });

  it('shows no moment that somebody else wrote into the address', async () => {
    const browser = new Browser(server);
    for (const until of ['', 'x', '1', '99999999999999', '1e99', 'Infinity']) {
      await browser.open(`/deletion-requested?until=${until}`);
      expect(browser.page.status).toBe(200);
      expect(browser.page.html.querySelector('main time')).toBeNull();
    }
  });
});
