import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountCommands } from '../../src/admin/commands/account-commands.js';
import { Delivery } from '../../src/mail/delivery.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { EmailChange } from '../../src/users/email-change.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { letter } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const HOUR = 3_600_000;
const ASKED = 'Somebody wants to get into your account without its second factor';

async function enrolled(server: TestServer) {
  const person = somebody();
  const { id } = await addEnrolled(server, person);
  return { server, person, id };
}

/** On the page for a second factor, of a sign-in that has just begun. */
async function secondFactorPage({ server, person }: { server: TestServer; person: Person }) {
  const browser = new Browser(server);
  const application = new Application(server, 'notes');
  await browser.open(application.authorizationUrl());
  await browser.enterPassword(person);
  return { browser, application };
}

async function recoveryPage(who: { server: TestServer; person: Person }) {
  const begun = await secondFactorPage(who);
  await begun.browser.click('lost-everything');
  return begun;
}

const factorsOf = async (server: TestServer, id: string) => {
  const { authenticators, backupCodes } = await server.app.get(SecondFactors).enrolled(id);
  return [authenticators.length, backupCodes.left];
};

describe('a recovery that an operator confirms', () => {
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

  it('lets somebody who has lost every second factor in with the password, once', async () => {
    const who = await enrolled(server);
    const { browser } = await recoveryPage(who);
    expect(browser.page.text).toContain('The operator of this service has to confirm it');
    await browser.press('submit');
    expect(browser.page.text).toContain('Your recovery is waiting');
    expect(browser.page.html.getElementById('use')).toBeNull();
    await letter(mailbox, who.person.email, ASKED);

    // Nothing happens by itself, and nothing by asking for it.
    server.clock.advance(13 * 24 * HOUR);
    const waiting = await recoveryPage(who);
    expect(waiting.browser.page.text).toContain('Your recovery is waiting');
    const { path } = waiting.browser.page;
    await waiting.browser.post(`${path}/use`, { _csrf: waiting.browser.formToken });
    expect(waiting.browser.page.path).toBe(path);
    expect(await factorsOf(server, who.id)).toEqual([1, 10]);

    expect(await server.app.get(Recovery).confirm(who.id)).toBe('confirmed');
    const { browser: ready, application } = await recoveryPage(who);
    expect(ready.page.text).toContain('Your recovery is ready');
    await ready.press('use');
    const { claims } = await application.redeem(application.codeFrom(ready));
    expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:1fa', amr: ['pwd'] });
    expect(await factorsOf(server, who.id)).toEqual([0, 0]);
    await letter(mailbox, who.person.email, 'Your account was recovered');
    // The sign-in that stood open beside it is over.
    await waiting.browser.open(waiting.browser.page.path);
    expect(waiting.browser.page.path).toMatch(/\/password$/);
  });

  it('is refused by the operator, and asked for again from the beginning', async () => {
    const who = await enrolled(server);
    const commands = server.app.get(AccountCommands);
    expect(await commands.run('refuse-recovery', [who.person.username])).toMatchObject({ done: false });
    await server.app.get(Recovery).request({ ...who.person, id: who.id } as never);
    expect(await commands.run('refuse-recovery', [who.person.username])).toMatchObject({ done: true });
    expect(await server.app.get(Recovery).open(who.id)).toBeUndefined();
    expect(await server.app.get(Recovery).confirm(who.id)).toBe('nothing');
    await letter(mailbox, who.person.email, 'The recovery of your account was stopped');
  });

  it('leads to a new second factor at once where two are demanded', async () => {
    const who = await enrolled(server);
    await server.app.get(Recovery).request({ ...who.person, id: who.id } as never);
    await server.app.get(Recovery).confirm(who.id);
    const browser = new Browser(server);
    const bank = new Application(server, 'bank');
    await browser.open(bank.authorizationUrl());
    await browser.enterPassword(who.person);
    await browser.click('lost-everything');
    await browser.press('use');
    expect(browser.page.path).toMatch(/\/enrol$/);
    await browser.setUpAuthenticator(who.person);
    await browser.typeBackupCodeBack();
    bank.codeFrom(browser);
  });

  it('needs the password: before it there is nothing to ask for', async () => {
    const browser = new Browser(server);
    await browser.open(new Application(server, 'notes').authorizationUrl());
    const at = browser.page.path.replace(/\/password$/, '');
    const token = browser.formToken;
    for (const path of [`${at}/recovery`, `${at}/recovery/use`]) {
      await browser.post(path, { _csrf: token });
      expect(browser.page.path).toBe(`${at}/password`);
    }
    await browser.open(`${at}/recovery`);
    expect(browser.page.path).toBe(`${at}/password`);
  });
});

describe('a recovery that takes effect after a while', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url, GATEHOUSE_RECOVERY_DELAY: 'on' } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  it('lets somebody who has lost every second factor in after 72 hours', async () => {
    const who = await enrolled(server);
    const { browser } = await recoveryPage(who);
    expect(browser.page.text).toContain('After a waiting time of 72 h');
    await browser.press('submit');
    const effective = new Date(server.clock.now().getTime() + 72 * HOUR);
    const shown = browser.page.html.querySelectorAll('time').at(-1)!.getAttribute('datetime')!;
    expect(Math.abs(Date.parse(shown) - effective.getTime())).toBeLessThan(60_000);
    expect((await letter(mailbox, who.person.email, ASKED)).text).toContain('If nobody objects');

    server.clock.advance(72 * HOUR - 60_000);
    const early = await recoveryPage(who);
    expect(early.browser.page.text).toContain('Your recovery is waiting');
    server.clock.advance(61_000);
    const { browser: ready, application } = await recoveryPage(who);
    await ready.press('use');
    application.codeFrom(ready);
    expect(await factorsOf(server, who.id)).toEqual([0, 0]);
  });

  it('does not take effect while its owner could not be told: the mail server was away', async () => {
    const who = await enrolled(server);
    mailbox.refuse(451);
    await (await recoveryPage(who)).browser.press('submit');
    server.clock.advance(73 * HOUR);
    const { browser: untold } = await recoveryPage(who);
    expect(untold.page.text).toContain('Your recovery is waiting');
    await untold.post(`${untold.page.path}/use`, { _csrf: untold.formToken });
    expect(await factorsOf(server, who.id)).toEqual([1, 10]);

    mailbox.accept();
    server.clock.advance(HOUR);
    await server.app.get(Delivery).run();
    await letter(mailbox, who.person.email, ASKED);
    server.clock.advance(60 * HOUR);
    expect((await recoveryPage(who)).browser.page.text).toContain('Your recovery is waiting');
    server.clock.advance(12 * HOUR);
    expect((await recoveryPage(who)).browser.page.text).toContain('Your recovery is ready');
  });

  it('that was not used for a week is over', async () => {
    const who = await enrolled(server);
    await (await recoveryPage(who)).browser.press('submit');
    server.clock.advance((72 + 7 * 24) * HOUR + 60_000);
    const { browser } = await recoveryPage(who);
    expect(browser.page.text).toContain('Lost everything?');
    await browser.post(`${browser.page.path}/use`, { _csrf: browser.formToken });
    expect(await factorsOf(server, who.id)).toEqual([1, 10]);
  });

  it('is told to every address of the account: the one that was changed away from, too', async () => {
    const who = await enrolled(server);
    const former = who.person.email;
    const email = `new-${former}`;
    const account = (await server.app.get(Accounts).find(who.id))!;
    await server.app.get(EmailChange).request(account, email);
    const browser = new Browser(server);
    await browser.open((await letter(mailbox, email, 'Confirm your new e-mail address')).link);
    await browser.press('submit');
    expect(browser.page.text).toContain('Your new address is in place');

    await (await recoveryPage(who)).browser.press('submit');
    const letters = await Promise.all([former, email].map((to) => letter(mailbox, to, ASKED)));
    expect(new Set(letters.map(({ link }) => link)).size).toBe(2);
  });

  it('is stopped by the link in each message, whoever opens it', async () => {
    const who = await enrolled(server);
    await (await recoveryPage(who)).browser.press('submit');
    const { link } = await letter(mailbox, who.person.email, ASKED);
    const owner = new Browser(server);
    await owner.open(link);
    expect(await server.app.get(Recovery).open(who.id)).toBeDefined();
    await owner.press('submit');
    expect(owner.page.text).toContain('The recovery is stopped');
    await letter(mailbox, who.person.email, 'The recovery of your account was stopped');
    server.clock.advance(73 * HOUR);
    const { browser } = await recoveryPage(who);
    expect(browser.page.html.getElementById('use')).toBeNull();
  });

  it('ends when somebody signs in with a second factor: then the owner is there', async () => {
    const who = await enrolled(server);
    await (await recoveryPage(who)).browser.press('submit');
    const owner = await secondFactorPage(who);
    await owner.browser.enterTotp(who.person);
    owner.application.codeFrom(owner.browser);
    await letter(mailbox, who.person.email, 'The recovery of your account was stopped');
    server.clock.advance(73 * HOUR);
    const { browser } = await recoveryPage(who);
    expect(browser.page.text).toContain('Lost everything?');
  });

  it('is asked for once: asking again neither prolongs it nor sends further messages', async () => {
    const who = await enrolled(server);
    const { browser } = await recoveryPage(who);
    const { path, fields } = browser.form('submit');
    await browser.post(path, fields);
    await letter(mailbox, who.person.email, ASKED);
    server.clock.advance(71 * HOUR);
    const later = await recoveryPage(who);
    await later.browser.post(later.browser.page.path, { _csrf: later.browser.formToken });
    server.clock.advance(1.1 * HOUR);
    const { browser: ready } = await recoveryPage(who);
    expect(ready.page.html.getElementById('use')).not.toBeNull();
    const told = mailbox.letters.filter(({ to, subject }) => to === who.person.email && subject === ASKED);
    expect(told).toHaveLength(1);
  });
});
