import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { CLIENTS, TestServer } from '../support/server.js';

const CHOOSY = CLIENTS.replace(
  'client_name: Bank',
  'client_name: Bank\n    require_verified_email: true',
).replace('require_second_factor: true', 'require_second_factor: false');

describe('e-mail verification', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ clients: CHOOSY, env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  async function signInTo(clientId: 'notes' | 'bank', person: Person, browser = new Browser(server)) {
    const application = new Application(server, clientId);
    await browser.open(application.authorizationUrl({ prompt: 'login' }));
    await browser.enterPassword(person);
    const emailVerified = async () =>
      (await application.redeem(application.codeFrom(browser))).claims['email_verified'];
    return { browser, emailVerified };
  }

  async function registered(): Promise<Person> {
    const person = somebody();
    await new Browser(server).register(person);
    return person;
  }

  it('is asked for by mail after registration, and the claims tell the truth before and after', async () => {
    const person = somebody();
    const browser = new Browser(server);
    await browser.register(person);
    expect(browser.page.text).toContain('We have sent a message with a link');
    const letter = await mailbox.next(person.email);
    expect(letter.subject).toBe('Confirm your e-mail address');
    expect(letter.link).toMatch(new RegExp(`^${server.url}/verify-email\\?token=`));

    expect(await (await signInTo('notes', person)).emailVerified()).toBe(false);

    await browser.open(letter.link);
    expect(browser.page.text).toContain(person.email);
    await browser.press('submit');
    expect(browser.page.text).toContain('Your address is confirmed');
    expect(browser.page.path).not.toContain('token');
    // Confirming an address signs nobody in.
    await browser.click('continue');
    expect(browser.page.path).toMatch(/^\/interaction\/.+\/password$/);
    expect(await (await signInTo('notes', person)).emailVerified()).toBe(true);
  });

  it('is not done by a mail scanner that opens the link, and the link still works afterwards', async () => {
    const person = await registered();
    const { link } = await mailbox.next(person.email);
    for (const method of ['GET', 'HEAD', 'GET']) await fetch(link, { method });
    const account = await server.app.get(Accounts).findByIdentifier(person.username);
    expect(account!.emailVerifiedAt).toBeNull();
    const browser = new Browser(server);
    await browser.open(link);
    await browser.press('submit');
    expect(browser.page.text).toContain('Your address is confirmed');
  });

  it('by a link works once, and says plainly what to do when it does not', async () => {
    const person = await registered();
    const { link } = await mailbox.next(person.email);
    const [one, other] = [new Browser(server), new Browser(server)];
    await one.open(link);
    await other.open(link);
    await one.press('submit');
    await other.press('submit');
    expect(other.page.status).toBe(410);
    await other.open(link);
    expect(other.page.status).toBe(410);
    expect(other.page.text).toContain('This link cannot be used any more');
    expect(other.page.text).toContain('newer');
  });

  it('by a link works for a day', async () => {
    const [early, late] = [await registered(), await registered()];
    const links = [(await mailbox.next(early.email)).link, (await mailbox.next(late.email)).link];
    const browser = new Browser(server);
    server.clock.advance(24 * 3_600_000 - 60_000);
    await browser.open(links[0]!);
    await browser.press('submit');
    expect(browser.page.status).toBe(200);
    server.clock.advance(60_000);
    await browser.open(links[1]!);
    expect(browser.page.status).toBe(410);
  });

  it('demanded by an application stops only the way to that application, and goes on where it stopped', async () => {
    const person = await registered();
    const { link } = await mailbox.next(person.email);
    expect(await (await signInTo('notes', person)).emailVerified()).toBe(false);

    const { browser, emailVerified } = await signInTo('bank', person);
    expect(browser.page.path).toMatch(/\/verify-email$/);
    expect(browser.page.text).toContain('Bank wants to know that this address is yours');
    expect(browser.page.text).toContain(person.email);
    await browser.click('continue');
    expect(browser.page.path).toMatch(/\/verify-email$/);

    const phone = new Browser(server);
    await phone.open(link);
    await phone.press('submit');
    await browser.click('continue');
    expect(await emailVerified()).toBe(true);
  });

  it('can be sent again, which ends the link before; three times in a quarter of an hour', async () => {
    const person = await registered();
    const first = await mailbox.next(person.email);
    const { browser, emailVerified } = await signInTo('bank', person);
    await browser.press('submit');
    expect(browser.page.text).not.toContain('Enough mails');
    const second = await mailbox.next(person.email);
    const reader = new Browser(server);
    await reader.open(first.link);
    expect(reader.page.status).toBe(410);

    await browser.press('submit');
    const third = await mailbox.next(person.email);
    await browser.press('submit');
    expect(browser.page.html.text).toContain('Enough mails were sent to this address');
    await reader.open(second.link);
    expect(reader.page.status).toBe(410);
    await reader.open(third.link);
    await reader.press('submit');
    await browser.click('continue');
    expect(await emailVerified()).toBe(true);
    expect(mailbox.letters.filter(({ to }) => to === person.email)).toHaveLength(3);
  });

  it('demanded by the operator stops the way to every application, but not to the account', async () => {
    const strict = await TestServer.start({
      env: { SMTP_URL: mailbox.url, GATEHOUSE_EMAIL_VERIFICATION: 'required' },
    });
    try {
      const person = somebody();
      const browser = new Browser(strict);
      await browser.register(person);
      await browser.signIn(person);
      expect(browser.page.path).toBe('/dashboard');

      const guest = new Browser(strict);
      const notes = new Application(strict, 'notes');
      await guest.open(notes.authorizationUrl());
      await guest.enterPassword(person);
      expect(guest.page.path).toMatch(/\/verify-email$/);
      await browser.open((await mailbox.next(person.email)).link);
      await browser.press('submit');
      await guest.click('continue');
      const { claims } = await notes.redeem(notes.codeFrom(guest));
      expect(claims['email_verified']).toBe(true);
    } finally {
      await strict.stop();
    }
  });

  it('without a mail server says so, and whom to ask', async () => {
    const mute = await TestServer.start({ env: { GATEHOUSE_EMAIL_VERIFICATION: 'required' } });
    try {
      const person = somebody();
      const browser = new Browser(mute);
      await browser.register(person);
      expect(browser.page.text).not.toContain('sent a message');
      await browser.open(new Application(mute, 'notes').authorizationUrl());
      await browser.enterPassword(person);
      expect(browser.page.path).toMatch(/\/verify-email$/);
      expect(browser.page.text).toContain('this service cannot send mail. Ask its operator');
      expect(browser.page.html.getElementById('submit')).toBeNull();
    } finally {
      await mute.stop();
    }
  });
});
