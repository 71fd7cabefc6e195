import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Invitations } from '../../src/users/invitations.js';
import { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const DAY = 24 * 3_600_000;

describe('an invitation, where registration is closed', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_REGISTRATION: 'off' } });
  });
  afterEach(() => server.stop());

  const invitation = async (by: string | null = null) => (await server.app.get(Invitations).make(by)).url;

  /** On the registration page. */
  async function invited(link: string): Promise<Browser> {
    const browser = new Browser(server);
    await browser.open(link);
    await browser.press('submit');
    expect(browser.page.path).toMatch(/\/register$/);
    return browser;
  }

  function fields({ username, email, password } = somebody()) {
    return { username, email, password };
  }

  const exists = async (username: string) =>
    (await server.app.get(Accounts).findByIdentifier(username)) !== null;

  it('that is used ten times at once makes one account', async () => {
    const link = await invitation();
    const guests: { browser: Browser; values: ReturnType<typeof fields> }[] = [];
    while (guests.length < 10) guests.push({ browser: await invited(link), values: fields() });
    await Promise.all(guests.map(({ browser, values }) => browser.press('submit', values)));
    const made = await Promise.all(guests.map(({ values }) => exists(values.username)));
    expect(made.filter(Boolean)).toHaveLength(1);
    for (const [index, { browser }] of guests.entries())
      expect([200, 403, 410].indexOf(browser.page.status) > 0).toBe(!made[index]);
  });

  it('is not spent by opening it, nor by a name that is taken, of which its holder is told', async () => {
    const link = await invitation();
    const { pathname, search } = new URL(link);
    expect((await new Browser(server).agent.head(pathname + search)).status).toBe(200);
    const other = somebody();
    await server.addPerson(other);
    const guest = await invited(link);
    const values = fields();
    await guest.press('submit', { ...values, username: other.username });
    expect([guest.page.status, guest.page.text]).toEqual([
      422,
      expect.stringContaining('belongs to an account already'),
    ]);
    await guest.press('submit', values);
    expect(await exists(values.username)).toBe(true);
  });

  it('is no list of who has an account: after ten tries it waits, after thirty it is good for nothing', async () => {
    const other = somebody();
    await server.addPerson(other);
    const guest = await invited(await invitation());
    const tried = async () => {
      await guest.press('submit', { ...fields(), username: other.username });
      return guest.page.status;
    };
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 10; n++) expect(await tried()).toBe(422);
      expect(await tried()).toBe(429);
      server.clock.advance(16 * 60_000);
      if (round < 2) await guest.open('/register');
    }
    await guest.open('/register');
    expect(await tried()).toBe(429);
    const values = fields();
    await guest.press('submit', values);
    expect([guest.page.status, await exists(values.username)]).toEqual([429, false]);
    // Another one is not concerned.
    const next = await invited(await invitation());
    await next.press('submit', values);
    expect(await exists(values.username)).toBe(true);
  }, 60_000);

  it('is too old after a week, also for who has begun', async () => {
    const link = await invitation();
    server.clock.advance(7 * DAY - 1_000);
    const guest = await invited(link);
    server.clock.advance(1_000);
    const values = fields();
    await guest.press('submit', values);
    expect([guest.page.status, await exists(values.username)]).toEqual([403, false]);
    expect((await guest.open(link)).status).toBe(410);
  });

  it('ends with the operator who made it', async () => {
    const operator = somebody();
    const { id } = await addEnrolled(server, operator);
    await shell(server, 'operator-add', operator.username);
    const link = await invitation(id);
    const guest = await invited(link);
    await shell(server, 'operator-remove', operator.username);
    const values = fields();
    await guest.press('submit', values);
    expect([guest.page.status, await exists(values.username)]).toEqual([403, false]);
    expect((await guest.open(link)).status).toBe(410);
  });

  it('is needed: the door is closed without one', async () => {
    const browser = new Browser(server);
    expect((await browser.open('/register')).status).toBe(403);
    for (const token of ['', 'A'.repeat(43), '../../x', '%00']) {
      browser.agent.jar.setCookie(`gatehouse_invitation=${token}`, 'localhost', '/');
      expect((await browser.open('/register')).status).toBe(403);
      expect((await browser.open(`/invitation?token=${token}`)).status).toBe(410);
    }
  });

  it('gives no part in anything else: no session, no group', async () => {
    const guest = await invited(await invitation());
    const values = fields();
    await guest.press('submit', values);
    expect((await guest.open('/dashboard')).path).toMatch(/^\/interaction\//);
    expect(await shell(server, 'operators')).toContain('there is no operator');
  });

  it('is made by operators alone', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    for (const path of [
      '/admin',
      '/admin/users/invite',
      '/admin/users/new',
      '/admin/first-client',
      '/admin/mail-test',
    ]) {
      await browser.open('/dashboard');
      const { formToken } = browser;
      expect((await browser.open(path)).status).toBe(403);
      if (path === '/admin') continue;
      await browser.post(path, { _csrf: formToken });
      expect([path, browser.page.status]).toEqual([path, 403]);
      const stranger = new Browser(server);
      await stranger.open('/dashboard');
      await stranger.post(path, { _csrf: stranger.formToken });
      expect(stranger.page.path).toMatch(/^\/interaction\//);
    }
  });
});

describe('what an operator has shown to paste', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.stop());

  it('has nothing in it that means something to a shell or a file', async () => {
    const { operatorOn } = await import('../support/open-forms.operators.js');
    const { browser } = await operatorOn(server, '/admin/first-client');
    for (const [application, address] of [
      ['grafana', 'https://a.example/$(id)'],
      ['grafana', 'https://a.example/`id`'],
      ['grafana', 'https://a.example/;id'],
      ['grafana', "https://a.example/'"],
      ['grafana', 'https://a.example\n  client_id: evil'],
      ['grafana', 'https://user:secret@a.example'],
      ['grafana', 'javascript:alert(1)'],
      ['grafana', `https://${'a'.repeat(300)}`],
      ['constructor', 'https://a.example'],
      ['', 'https://a.example'],
    ]) {
      await browser.open('/admin/first-client');
      await browser.press('submit', { application: application!, address: address! });
      expect([address, browser.page.status]).toEqual([address, 422]);
      expect(browser.page.html.getElementById('entry')).toBeNull();
    }
  });
});
