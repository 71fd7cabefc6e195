import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { secondFactorDue } from '../support/half-finished.js';
import { letter } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

const MINUTE = 60_000;
const NEW = 'five patient herons wade';

describe('a forgotten password', () => {
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

  /** From the sign-in page, as people come. */
  async function ask(identifier: string, browser = new Browser(server)): Promise<Browser> {
    await browser.open('/dashboard');
    await browser.click('forgot');
    await browser.press('submit', { username: identifier });
    return browser;
  }

  const linkFor = async (email: string) => (await mailbox.next(email)).link;

  it('is replaced with a link: the second factor is asked for as before, and everybody else is signed out', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const elsewhere = new Browser(server);
    await elsewhere.signIn(person);
    const { browser: halfWay } = await secondFactorDue(server, person);

    const browser = await ask(person.email.toUpperCase());
    expect(browser.page.path).toBe('/forgot-password/sent');
    const { link } = await letter(mailbox, person.email, 'Choose a new password');
    expect(link).toMatch(new RegExp(`^${server.url}/reset-password\\?token=`));
    await browser.open(link);
    expect(browser.page.text).toContain(person.username);
    await browser.press('submit', { password: NEW });
    expect(browser.page.text).toContain('Your new password is set');
    expect(browser.page.path).toBe('/link-done/reset-password');

    // It signs nobody in, and every session of before is over.
    for (const each of [browser, elsewhere]) {
      await each.open('/dashboard');
      expect(each.page.path).toMatch(/^\/interaction\/.+\/password$/);
    }
    await halfWay.enterTotp(person);
    expect(halfWay.page.path).toMatch(/\/password$/);

    await browser.enterPassword(person);
    expect(browser.page.status).toBe(422);
    person.password = NEW;
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    expect(browser.page.path).toBe('/dashboard');
    await letter(mailbox, person.email, 'Your password was changed');
  });

  it('confirms no address: the link may have been printed by an operator, and the account made by somebody else', async () => {
    const person = somebody();
    const account = await server.addPerson(person);
    expect(account.emailVerifiedAt ?? null).toBeNull();
    const browser = await ask(person.username);
    await browser.open(await linkFor(person.email));
    await browser.press('submit', { password: NEW });
    expect((await server.app.get(Accounts).find(account.id))!.emailVerifiedAt ?? null).toBeNull();
  });

  it('has a link that a mail scanner does not use up, that works once, and that a refused password leaves as it was', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = await ask(person.username);
    const link = await linkFor(person.email);
    for (const method of ['GET', 'HEAD', 'GET']) await fetch(link, { method });

    await browser.open(link);
    for (const [password, reason] of [
      ['elevenchars', 'Use at least 12 characters; this has 11.'],
      [person.email, 'little more than your name'],
      ['', 'Enter a password'],
    ] as const) {
      await browser.press('submit', { password });
      expect(browser.page.status).toBe(422);
      expect(browser.page.text).toContain(reason);
    }
    await browser.press('submit', { password: NEW });
    expect(browser.page.status).toBe(200);

    await browser.open(link);
    expect(browser.page.status).toBe(410);
    expect(browser.page.text).toContain('This link cannot be used any more');
  });

  it('has a link for half an hour', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = await ask(person.username);
    const link = await linkFor(person.email);
    server.clock.advance(29 * MINUTE);
    await browser.open(link);
    expect(browser.page.status).toBe(200);
    server.clock.advance(2 * MINUTE);
    await browser.press('submit', { password: NEW });
    expect(browser.page.status).toBe(410);
    await browser.open(link);
    expect(browser.page.status).toBe(410);
    person.password = NEW;
    await browser.open('/dashboard');
    await browser.enterPassword(person);
    expect(browser.page.status).toBe(422);
  });

  it('has one link at a time: a newer one ends the older', async () => {
    const person = somebody();
    await server.addPerson(person);
    await ask(person.username);
    const older = await linkFor(person.email);
    const browser = await ask(person.username);
    const newer = await linkFor(person.email);
    await browser.open(older);
    expect(browser.page.status).toBe(410);
    await browser.open(newer);
    await browser.press('submit', { password: NEW });
    expect(browser.page.status).toBe(200);
  });

  it('gets the same page whoever asks: unknown, disabled, or asked for too often', async () => {
    const [known, disabled] = [somebody(), somebody()];
    await server.addPerson(known);
    const account = await server.addPerson(disabled);
    await server.app.get(Accounts).disable(account.id);
    const said = async (identifier: string) => {
      const { page } = await ask(identifier);
      const token = page.html.querySelector('input[name=_csrf]')!.getAttribute('value')!;
      const html = page.html.toString().replaceAll(token, '');
      return [page.status, page.path, html];
    };
    const first = await said(known.username);
    expect(await said('nobody at all')).toEqual(first);
    expect(await said('nobody@example.org')).toEqual(first);
    expect(await said(disabled.email)).toEqual(first);
    for (let n = 0; n < 4; n++) expect(await said(known.email)).toEqual(first);
    for (let n = 0; n < 3; n++) await linkFor(known.email);
    // The outbox is worked off in order, but for several accounts at once: whatever else there was is under way with this one.
    const last = somebody();
    await server.addPerson(last);
    await ask(last.username);
    await linkFor(last.email);
    const to = mailbox.letters.map((letter) => letter.to);
    expect(to.filter((email) => email === known.email)).toHaveLength(3);
    expect(to).not.toContain(disabled.email);
    expect(to).not.toContain('nobody@example.org');
  });

  it('says on a server without mail that the operator has to help', async () => {
    const mute = await TestServer.start();
    try {
      const browser = new Browser(mute);
      await browser.open('/dashboard');
      await browser.click('forgot');
      expect(browser.page.text).toContain('This service cannot send mail. Ask its operator');
      expect(browser.page.html.getElementById('username')).toBeNull();
      await browser.post('/forgot-password', { _csrf: browser.formToken, username: 'ada' });
      expect(browser.page.text).toContain('This service cannot send mail');
    } finally {
      await mute.stop();
    }
  });
});
