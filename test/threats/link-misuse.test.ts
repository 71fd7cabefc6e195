import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import type { LinkPurpose } from '../../src/users/link-kinds.js';
import { OneTimeLinks } from '../../src/users/one-time-links.js';
import { Sql } from '../../src/database/sql.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const CHOSEN = 'thirteen bricks in the rain';
const OTHER = 'fourteen bricks in the snow';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('links from mails in the wrong hands', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  let person: Person;
  let accountId: string;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });
  beforeEach(async () => {
    person = somebody();
    accountId = (await server.addPerson(person)).id;
  });

  /** A link as its letter would carry it. */
  async function linkFor(purpose: LinkPurpose, detail: Record<string, unknown> = {}): Promise<string> {
    return (await server.app.get(OneTimeLinks).make(purpose, accountId, person.email, detail)).url;
  }

  async function reset(link: string, password: string): Promise<number> {
    const browser = new Browser(server);
    await browser.open(link);
    if (browser.page.status !== 200) return browser.page.status;
    await browser.press('submit', { password });
    return browser.page.status;
  }

  async function isVerified(): Promise<boolean> {
    return (await server.app.get(Accounts).find(accountId))!.emailVerifiedAt != null;
  }

  async function signsInWith(password: string): Promise<boolean> {
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.press('submit', { username: person.username, password });
    return browser.page.path.startsWith('/dashboard');
  }

  it('used twice: the second time it is gone, and changes nothing', async () => {
    const link = await linkFor('reset-password');
    expect(await reset(link, CHOSEN)).toBe(200);
    expect(await reset(link, OTHER)).toBe(410);
    expect(await signsInWith(CHOSEN)).toBe(true);
  });

  it('used twice from a form that was open already', async () => {
    const link = await linkFor('reset-password');
    const [first, second] = [new Browser(server), new Browser(server)];
    await first.open(link);
    await second.open(link);
    await first.press('submit', { password: CHOSEN });
    await second.press('submit', { password: OTHER });
    expect(second.page.status).toBe(410);
    expect(await signsInWith(CHOSEN)).toBe(true);
  });

  it.each(['reset-password', 'verify-email'] as const)('%s: twenty at once, one of them', async (purpose) => {
    const link = await linkFor(purpose);
    const browsers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const browser = new Browser(server);
        await browser.open(link);
        return browser;
      }),
    );
    const answers = await Promise.all(
      browsers.map((browser) => {
        const { path, fields } = browser.form(
          'submit',
          purpose === 'reset-password' ? { password: CHOSEN } : {},
        );
        return browser.once('POST', path, fields);
      }),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(19);
  });

  it('opened by a mail scanner (GET and HEAD, many times): nothing is confirmed and nothing used up', async () => {
    const links = [await linkFor('verify-email'), await linkFor('reset-password'), await linkFor('not-me')];
    for (const link of links) {
      const { pathname, search } = new URL(link);
      for (let n = 0; n < 3; n++) {
        expect((await new Browser(server).once('GET', pathname + search)).status).toBe(200);
        expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
      }
    }
    expect(await isVerified()).toBe(false);
    expect(await signsInWith(person.password)).toBe(true);
    expect(await reset(links[1]!, CHOSEN)).toBe(200);
  });

  it('an older one, after a newer one was sent', async () => {
    const [older, newer] = [await linkFor('reset-password'), await linkFor('reset-password')];
    expect(await reset(older, OTHER)).toBe(410);
    expect(await reset(newer, CHOSEN)).toBe(200);
  });

  it('too old: half an hour for a password, a day for an address', async () => {
    const [password, address] = [await linkFor('reset-password'), await linkFor('verify-email')];
    server.clock.advance(31 * MINUTE);
    expect(await reset(password, CHOSEN)).toBe(410);
    const browser = new Browser(server);
    expect((await browser.open(address)).status).toBe(200);
    server.clock.advance(DAY - 30 * MINUTE);
    expect((await browser.press('submit')).status).toBe(410);
    expect(await isVerified()).toBe(false);
  });

  it('for another purpose than its own', async () => {
    const token = (link: string) => new URL(link).searchParams.get('token')!;
    const browser = new Browser(server);
    const verification = token(await linkFor('verify-email'));
    for (const page of ['reset-password', 'confirm-email', 'undo-email-change', 'keep-account', 'not-me'])
      expect((await browser.open(`/${page}?token=${verification}`)).status).toBe(410);
  });

  it('with another person’s name beside it: whom it is for is in the database', async () => {
    const victim = somebody();
    await server.addPerson(victim);
    const link = await linkFor('reset-password');
    const browser = new Browser(server);
    await browser.open(`${link}&username=${victim.username}&accountId=x&email=${victim.email}`);
    const { path, fields } = browser.form('submit', { password: CHOSEN });
    for (const extra of ['username', 'email', 'accountId', 'account'])
      expect((await browser.once('POST', path, { ...fields, [extra]: victim.username })).status).toBe(422);
    await browser.press('submit', { password: CHOSEN });
    expect(await signsInWith(CHOSEN)).toBe(true);
    const other = new Browser(server);
    await other.open('/dashboard');
    await other.press('submit', { username: victim.username, password: victim.password });
    expect(other.page.path).toBe('/dashboard');
  });

  it('after the address has changed: a link to the old one confirms and resets nothing', async () => {
    const [verify, password] = [await linkFor('verify-email'), await linkFor('reset-password')];
    const moved = `moved-${person.email}`;
    await server.app
      .get(Sql)
      .run('UPDATE account SET email = ?, email_key = ? WHERE id = ?', moved, moved, accountId);
    const browser = new Browser(server);
    expect((await browser.open(verify)).status).toBe(410);
    expect(await reset(password, CHOSEN)).toBe(410);
    expect(await isVerified()).toBe(false);
  });

  it.each([
    '',
    '?token=',
    '?token=x',
    `?token=${'A'.repeat(43)}`,
    `?token=${'A'.repeat(100_000)}`,
    '?token=%00',
    '?token[]=a',
    '?token=a&token=b',
    "?token='%20OR%201=1--",
  ])('made up: %s', async (query) => {
    for (const page of ['reset-password', 'verify-email', 'confirm-email', 'undo-email-change', 'not-me']) {
      const { status } = await new Browser(server).once('GET', `/${page}${query}`);
      expect([410, 431]).toContain(status);
    }
  });

  it('from a stolen database: it holds fingerprints, which open nothing', async () => {
    const link = await linkFor('reset-password');
    const rows = await server.app.get(Sql).rows<Record<string, unknown>>('SELECT * FROM one_time_link');
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(new URL(link).searchParams.get('token'));
    for (const { hash } of rows)
      expect((await new Browser(server).open(`/reset-password?token=${String(hash)}`)).status).toBe(410);
  });

  it('built from the Host header of whoever asked: links come from the public URL alone', async () => {
    const browser = new Browser(server, {
      Host: 'evil.example',
      'X-Forwarded-Host': 'evil.example',
      Forwarded: 'host=evil.example',
      'X-Forwarded-Proto': 'https',
    });
    await browser.open('/forgot-password');
    await browser.press('submit', { username: person.email });
    const letter = await mailbox.waitFor(({ to }) => to === person.email);
    expect(letter.raw).not.toContain('evil.example');
    expect(letter.link.startsWith(`${server.url}/reset-password?token=`)).toBe(true);
  });
});
