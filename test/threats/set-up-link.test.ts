import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Invitations } from '../../src/users/invitations.js';
import { SetUpLinks } from '../../src/users/set-up-links.js';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { database } from '../support/database.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { Instances } from '../support/instances.js';
import { nearlyOperator, newSetUpLink, operators, setUpLink } from '../support/set-up.js';
import { TestServer } from '../support/server.js';

const tokenOf = (link: string) => new URL(link).searchParams.get('token')!;

describe('somebody who wants to become an operator by the set-up link', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_REGISTRATION: 'off', GATEHOUSE_RECENT_SIGN_IN: '1h' },
    });
  });
  afterEach(() => server.stop());

  /** Signed in with two factors, on the last page. */
  async function ready(link: string): Promise<Browser> {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.open(link);
    await browser.press('submit');
    await browser.click('sign-in');
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    if (browser.page.path !== '/admin/set-up') throw new Error(browser.page.path);
    return browser;
  }

  it('uses it twenty times at once: one operator', async () => {
    const link = await setUpLink(server);
    const browsers: Browser[] = [];
    while (browsers.length < 20) browsers.push(await ready(link));
    await Promise.all(browsers.map((browser) => browser.press('submit')));
    expect(await operators(server)).toHaveLength(1);
    const ends = browsers.map(({ page }) => `${page.status} ${page.path}`);
    expect(ends.sort()).toEqual(['200 /admin', ...Array<string>(19).fill('410 /admin/set-up')]);
  }, 60_000);

  it('uses it again, or one from before, or after there is an operator: nothing', async () => {
    const old = await setUpLink(server);
    const half = await ready(old);
    const link = await newSetUpLink(server);
    await half.press('submit');
    expect([half.page.status, await operators(server)]).toEqual([410, []]);
    expect((await half.open(old)).status).toBe(410);

    const late = await ready(link);
    const first = await ready(link);
    await first.press('submit');
    const [only] = await operators(server);
    await late.press('submit');
    expect([late.page.status, await operators(server)]).toEqual([410, [only]]);
    expect((await late.open('/admin')).status).toBe(403);
    expect((await late.open(link)).status).toBe(410);
    // Nor does it come back to life when nobody is one any more.
    await shell(server, 'operator-remove', only!);
    expect((await late.open(link)).status).toBe(410);
  });

  it('uses one of before an operator was made in the shell, who is none any more: nothing', async () => {
    const link = await setUpLink(server);
    const browser = await ready(link);
    const person = somebody();
    await server.addPerson(person);
    await shell(server, 'operator-add', person.username);
    await shell(server, 'operator-remove', person.username);
    await browser.press('submit');
    expect([browser.page.status, await operators(server)]).toEqual([410, []]);
  });

  it('uses it too late: nothing', async () => {
    const link = await setUpLink(server);
    const browser = new Browser(server);
    server.clock.advance(24 * 3_600_000 - 1_000);
    await browser.open(link);
    server.clock.advance(1_000);
    await browser.press('submit');
    expect(browser.page.status).toBe(410);
    expect((await browser.open(link)).status).toBe(410);
  });

  it('is a mail scanner, or a tool that opens it and follows: it is as good as before', async () => {
    const link = await setUpLink(server);
    const { pathname, search } = new URL(link);
    for (let i = 0; i < 3; i++) {
      expect((await new Browser(server).open(link)).status).toBe(200);
      const headed = await new Browser(server).agent.head(pathname + search);
      expect([headed.status, headed.headers['set-cookie']?.toString() ?? '']).toEqual([
        200,
        expect.not.stringContaining('invitation'),
      ]);
    }
    await (await ready(link)).press('submit');
    expect(await operators(server)).toHaveLength(1);
  });

  it('skips the second factor: there is no step after it without it', async () => {
    const person = somebody();
    const browser = new Browser(server);
    await browser.open(await setUpLink(server));
    await browser.press('submit');
    const { username, email, password } = person;
    await browser.press('submit', { username, email, password });
    await browser.click('continue');
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/enrol$/);
    const form = { _csrf: browser.formToken };
    await browser.post('/admin/set-up', form);
    expect(browser.page.path).toMatch(/\/interaction\//);
    // Nor with a session of one factor.
    await browser.open('/dashboard');
    await browser.click('sign-in');
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard');
    await browser.post('/admin/set-up', form);
    expect(browser.page.path).toMatch(/\/(enrol|password)$/);
    expect((await browser.open('/admin')).status).toBe(403);
    expect(await operators(server)).toEqual([]);
  });

  it('has the factor removed in the moment of the last button: nothing', async () => {
    const link = await setUpLink(server);
    const person = somebody();
    const browser = new Browser(server);
    await nearlyOperator(browser, link, person);
    const accounts = server.app.get(Accounts);
    const account = (await accounts.findByIdentifier(person.username))!;
    const secondFactors = server.app.get(SecondFactors);
    const has = secondFactors.has.bind(secondFactors);
    secondFactors.has = async (id) => {
      const had = await has(id);
      await secondFactors.turnOff(account);
      return had;
    };
    await browser.press('submit');
    Reflect.deleteProperty(secondFactors, 'has');
    expect([browser.page.status, await operators(server)]).toEqual([410, []]);
    // The link is as good as before.
    expect((await browser.open(link)).status).toBe(200);
  });

  it('has signed in, and not the link', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    for (const cookie of [
      '',
      'gatehouse_invitation=',
      `gatehouse_invitation=${'A'.repeat(43)}`,
      'gatehouse_invitation=%00',
    ]) {
      if (cookie) browser.agent.jar.setCookie(cookie, 'localhost', '/');
      expect((await browser.open('/admin/set-up')).status).toBe(410);
      await browser.post('/admin/set-up', { _csrf: browser.formToken });
      expect(browser.page.status).toBe(410);
    }
    // A person's invitation is none.
    const { url } = await server.app.get(Invitations).make(null);
    browser.agent.jar.setCookie(`gatehouse_invitation=${tokenOf(url)}`, 'localhost', '/');
    expect((await browser.open('/admin/set-up')).status).toBe(410);
    expect((await browser.open(url.replace('/invitation?', '/set-up?'))).status).toBe(410);
    expect(await operators(server)).toEqual([]);
  });

  it('types anything in its place', async () => {
    const browser = new Browser(server);
    for (const query of [
      '',
      '?token=',
      '?token[]=a&token[]=b',
      `?token=${'A'.repeat(43)}`,
      `?token=${'A'.repeat(5_000)}`,
      "?token=' OR 1=1 --",
      '?token=%00',
    ])
      expect([query, (await browser.open(`/set-up${query}`)).status]).toEqual([query, 410]);
    await browser.open(await setUpLink(server));
    const { _csrf } = browser.form('submit').fields;
    for (const token of ['', 'A'.repeat(43), 'A'.repeat(101)])
      expect((await browser.post('/set-up', { _csrf: _csrf!, token })).status).toBe(410);
  });

  it('has stolen the database: there is no link in it', async () => {
    const link = await setUpLink(server);
    const rows = await server.app.get(Sql).rows<object>('SELECT * FROM invitation');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(tokenOf(link));
    for (const value of Object.values(rows[0]!).map(String))
      expect((await new Browser(server).open(`/set-up?token=${value}`)).status).toBe(410);
  });
});

describe('several instances that start at once', () => {
  /** In one process two of them would wait for SQLite's one writer, and for each other: there they take turns. */
  async function onEach<T>(instances: Instances, act: (links: SetUpLinks) => Promise<T>): Promise<T[]> {
    const links = instances.all.map(({ app }) => app.get(SetUpLinks));
    if (database === 'postgresql') return Promise.all(links.map(act));
    const all: T[] = [];
    for (const each of links) all.push(await act(each));
    return all;
  }

  it('print the same link, which works on each of them', async () => {
    const instances = await Instances.start(3);
    const printed = await onEach(instances, (links) => links.current());
    expect(new Set(printed.map((link) => link!.url)).size).toBe(1);
    // And where each makes a new one, the last one counts, alone.
    const renewed = await onEach(instances, (links) => links.renew());
    const browser = new Browser(instances.first);
    const statuses: number[] = [];
    for (const link of renewed) statuses.push((await browser.open(link!.url)).status);
    expect(statuses.sort()).toEqual([200, 410, 410]);
    await instances.stop();
  });
});
