import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { follow, letter, linkTo } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PAGE = '/dashboard/email';

describe("changing one's e-mail address", () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  let count = 0;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  const newAddress = () => `new${++count}@example.net`;

  async function onThePage(): Promise<{ person: Person; browser: Browser }> {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(PAGE);
    return { person, browser };
  }

  async function confirmed(browser: Browser, email: string): Promise<void> {
    await browser.press('submit', { email });
    await follow(
      new Browser(server),
      linkTo('/confirm-email', await letter(mailbox, email, 'Confirm your new e-mail address')),
    );
  }

  /** Whether this name or address and this password open the account. */
  async function opens(identifier: string, { password }: Person): Promise<boolean> {
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.press('submit', { username: identifier, password });
    return browser.page.path === '/dashboard';
  }

  it('the page says whether the address is confirmed, and sends the mail for that again', async () => {
    const { person, browser } = await onThePage();
    expect(browser.page.text).toContain('Not confirmed');
    await browser.press('send-confirmation');
    expect(browser.page.path).toBe(`${PAGE}?done=confirmation-sent`);
    const first = linkTo('/verify-email', await mailbox.next(person.email));
    await browser.press('send-confirmation');
    const second = linkTo('/verify-email', await mailbox.next(person.email));
    expect((await follow(new Browser(server), first)).status).toBe(410);
    await follow(new Browser(server), second);
    await browser.open(PAGE);
    expect(browser.page.text).not.toContain('Not confirmed');
    expect(browser.page.html.getElementById('send-confirmation')).toBeNull();
  });

  it('the old one stays until the new one is confirmed; its reader is told before and after', async () => {
    const { person, browser } = await onThePage();
    const email = newAddress();
    await browser.press('submit', { email: ` ${email} ` });
    expect(browser.page.path).toBe(`${PAGE}?done=email-change-requested`);
    expect(browser.page.text).toContain(person.email);
    const { link } = await letter(mailbox, email, 'Confirm your new e-mail address');
    const warning = await letter(mailbox, person.email, 'Your e-mail address is to be changed');
    expect(warning.text).toContain(email);
    expect(linkTo('/not-me', warning)).toBeDefined();

    // Mail scanners open it too.
    const reader = new Browser(server);
    await reader.open(link);
    expect(reader.page.text).toContain(email);
    expect(await opens(email, person)).toBe(false);
    expect(await opens(person.email, person)).toBe(true);
    await reader.press('submit');
    expect(reader.page.path).toBe('/link-done/confirm-email');
    expect(await opens(email, person)).toBe(true);
    expect(await opens(person.email, person)).toBe(false);
    expect(await server.app.get(Accounts).findByIdentifier(person.username)).toMatchObject({
      email,
      emailVerifiedAt: expect.any(Date),
    });
    linkTo('/undo-email-change', await letter(mailbox, person.email, 'Your e-mail address was changed'));
    await browser.open(PAGE);
    expect(browser.page.text).toContain(email);
  });

  it('is undone from the old one within 7 days: every session ends, the password stops working, a link to a new one comes', async () => {
    const { person, browser } = await onThePage();
    const email = newAddress();
    await confirmed(browser, email);
    const undo = linkTo(
      '/undo-email-change',
      await letter(mailbox, person.email, 'Your e-mail address was changed'),
    );
    server.clock.advance(6 * DAY);
    const thief = new Browser(server);
    await thief.open('/dashboard');
    await thief.press('submit', { username: email, password: person.password });
    expect(thief.page.path).toBe('/dashboard');

    const owner = new Browser(server);
    await follow(owner, undo);
    expect(owner.page.path).toBe('/link-done/undo-email-change');
    await thief.open('/dashboard');
    expect(thief.page.path).toMatch(/\/password$/);
    for (const identifier of [person.email, email, person.username])
      expect(await opens(identifier, person)).toBe(false);
    const reset = linkTo('/reset-password', await letter(mailbox, person.email, 'Choose a new password now'));
    await owner.open(reset);
    await owner.press('submit', { password: 'five patient herons wade' });
    expect(await opens(person.email, { ...person, password: 'five patient herons wade' })).toBe(true);
  });

  it('keeps the old one for its owner for a week; afterwards it is free, and nothing can be undone', async () => {
    const { person, browser } = await onThePage();
    await confirmed(browser, newAddress());
    const undo = linkTo(
      '/undo-email-change',
      await letter(mailbox, person.email, 'Your e-mail address was changed'),
    );
    const accounts = server.app.get(Accounts);
    const newcomer = { ...somebody(), email: person.email.toUpperCase() };
    expect(await accounts.register(newcomer)).toBe('taken');
    const { browser: other } = await onThePage();
    const late = person.email;
    await other.press('submit', { email: late });
    const link = linkTo('/confirm-email', await letter(mailbox, late, 'Confirm your new e-mail address'));
    expect((await follow(new Browser(server), link)).status).toBe(410);

    server.clock.advance(7 * DAY + MINUTE);
    expect((await follow(new Browser(server), undo)).status).toBe(410);
    expect(await accounts.register(newcomer)).not.toBe('taken');
  });

  it('to one that belongs to somebody gets the same answer; its owner is told, and gets no link', async () => {
    const { person: owner } = await onThePage();
    const { person, browser } = await onThePage();
    const answers = [];
    for (const email of [newAddress(), owner.email]) {
      await browser.open(PAGE);
      const { path, fields } = browser.form('submit', { email });
      const { status, headers, text } = await browser.once('POST', path, fields);
      answers.push({ status, location: headers['location'], text });
    }
    expect(answers[0]).toEqual(answers[1]);
    const told = await letter(mailbox, owner.email, 'Your e-mail address was asked for again');
    expect(told.text).not.toContain(person.username);
    expect(told.links.filter((link) => link.includes('token='))).toEqual([]);
  });

  it('to the present one, or to nonsense, is refused with the reason', async () => {
    const { person, browser } = await onThePage();
    await browser.press('submit', { email: person.email.toUpperCase() });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain('This is your address already');
    for (const email of ['', 'nonsense', 'a@b', 'x\r\nBcc: y@example.org']) {
      await browser.press('submit', { email });
      expect(browser.page.status).toBe(422);
      expect(browser.page.text).toContain('Enter an e-mail address');
    }
  });

  it('writes to one address three times in a quarter of an hour, then asks for patience', async () => {
    const { browser } = await onThePage();
    const email = newAddress();
    for (let n = 0; n < 3; n++) {
      await browser.open(PAGE);
      await browser.press('submit', { email });
      expect(browser.page.status).toBe(200);
    }
    await browser.press('submit', { email: email.replace('@', '+again@') });
    expect(browser.page.status).toBe(429);
    expect(browser.page.text).toContain('Wait a quarter of an hour');
  });

  it('takes a recent sign-in with every factor', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open(PAGE);
    const { path, fields } = browser.form('submit', { email: newAddress() });
    server.clock.advance(11 * MINUTE);
    await browser.post(path, fields);
    expect(browser.page.path).toMatch(/^\/interaction\/.+\/password$/);
    expect(mailbox.letters.filter(({ to }) => to === fields['email'])).toEqual([]);
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect(browser.page.path).toBe(PAGE);
  });

  it('is not possible without a mail server, which the page says plainly', async () => {
    const silent = await TestServer.start();
    try {
      const person = somebody();
      await silent.addPerson(person);
      const browser = new Browser(silent);
      await browser.signIn(person);
      await browser.open(PAGE);
      expect(browser.page.text).toContain('Ask its operator to change yours');
      expect(browser.page.html.getElementById('email')).toBeNull();
      expect(browser.page.html.getElementById('send-confirmation')).toBeNull();
      await browser.post(PAGE, { _csrf: browser.formToken, email: newAddress() });
      expect(browser.page.status).toBe(422);
      await browser.post(`${PAGE}/confirm`, { _csrf: browser.formToken });
      expect(browser.page.status).toBe(422);
    } finally {
      await silent.stop();
    }
  });
});
