import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Authenticators } from '../../src/mfa/authenticators.service.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { follow, letter, linkTo } from '../support/letters.js';
import { TestMailbox } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('"this wasn’t me"', () => {
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

  async function letterTo({ email }: Person, subject: string): Promise<string> {
    return linkTo('/not-me', await letter(mailbox, email, subject));
  }

  async function passwordOpens(person: Person): Promise<boolean> {
    const browser = new Browser(server);
    await browser.open('/dashboard');
    await browser.enterPassword(person);
    return browser.page.status === 200;
  }

  /** Somebody who knows the password adds an app of their own. */
  async function plant(person: Person): Promise<Browser> {
    const thief = new Browser(server);
    await thief.signIn(person);
    await thief.open('/dashboard/second-factor/set-up');
    await thief.setUpAuthenticator({ ...person });
    return thief;
  }

  it('opening the link changes nothing; its button ends every session, blocks the password and sends a link to a new one', async () => {
    const person = somebody();
    await server.addPerson(person);
    const thief = new Browser(server);
    await thief.signIn(person);
    await thief.open('/dashboard/password');
    await thief.press('submit', { current: person.password, password: 'the thief was here now' });
    const link = await letterTo(person, 'Your password was changed');
    const owner = new Browser(server);
    await owner.open(link);
    expect(owner.page.text).toContain(person.username);
    await thief.open('/dashboard');
    expect(thief.page.path).toBe('/dashboard');

    await owner.press('submit');
    expect(owner.page.path).toBe('/link-done/not-me');
    await thief.open('/dashboard');
    expect(thief.page.path).toMatch(/\/password$/);
    expect(await passwordOpens({ ...person, password: 'the thief was here now' })).toBe(false);
    const reset = linkTo('/reset-password', await letter(mailbox, person.email, 'Choose a new password now'));
    await owner.open(reset);
    await owner.press('submit', { password: 'five patient herons wade' });
    expect(await passwordOpens({ ...person, password: 'five patient herons wade' })).toBe(true);

    // Once.
    expect((await follow(new Browser(server), link)).status).toBe(410);
    expect(await passwordOpens({ ...person, password: 'five patient herons wade' })).toBe(true);
  });

  it('removes the factor that somebody else has added, and leaves the owner’s', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    const authenticators = server.app.get(Authenticators);
    const [own] = await authenticators.list(id);
    // A session's beginning is known to the second.
    server.clock.advance(1000);
    await plant(person);
    expect(await authenticators.list(id)).toHaveLength(2);
    // The second letter of this kind: the first one is of the owner's own.
    const added = ({ to, subject }: { to: string; subject: string }) =>
      to === person.email && subject === 'An authenticator app was added';
    await mailbox.waitFor((each) => added(each) && mailbox.letters.filter(added).length === 2);
    const link = linkTo('/not-me', mailbox.letters.filter(added)[1]!);
    const owner = new Browser(server);
    await follow(owner, link);
    expect(owner.page.path).toBe('/link-done/not-me');
    expect((await authenticators.list(id)).map((each) => each.id)).toEqual([own!.id]);
  });

  it('closes the account where that factor was the only one: not even the mailbox alone may open it then', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const thief = await plant(person);
    const owner = new Browser(server);
    await follow(owner, await letterTo(person, 'An authenticator app was added'));
    expect(owner.page.path).toBe('/link-done/not-me-closed');
    expect(await server.app.get(Accounts).find(id)).toMatchObject({ disabledAt: expect.any(Date) });
    await thief.open('/dashboard');
    expect(thief.page.path).toMatch(/\/password$/);
    expect(await passwordOpens(person)).toBe(false);
  });

  it('makes no browser a known one any more: the next sign-in in the intruder’s is told again', async () => {
    const person = somebody();
    await server.addPerson(person);
    await new Browser(server).signIn(person);
    const thief = new Browser(server);
    await thief.signIn(person);
    await follow(new Browser(server), await letterTo(person, 'Sign-in from a new browser'));
    const owner = new Browser(server);
    await owner.open(
      linkTo('/reset-password', await letter(mailbox, person.email, 'Choose a new password now')),
    );
    person.password = 'five patient herons wade';
    await owner.press('submit', { password: person.password });

    await thief.open('/dashboard');
    await thief.enterPassword(person);
    expect(thief.page.path).toBe('/dashboard');
    const told = ({ to, subject }: { to: string; subject: string }) =>
      to === person.email && subject === 'Sign-in from a new browser';
    await mailbox.waitFor((each) => told(each) && mailbox.letters.filter(told).length === 2);
  });

  it('about the last thing that somebody did undoes what they did before it: no factor of theirs is left', async () => {
    const person = somebody();
    const { id } = await addEnrolled(server, person);
    const authenticators = server.app.get(Authenticators);
    const [own] = await authenticators.list(id);
    server.clock.advance(60_000);
    const thief = new Browser(server);
    await thief.signIn(person);
    await thief.open('/dashboard/second-factor/set-up');
    await thief.setUpAuthenticator({ ...person });
    server.clock.advance(60_000);
    await thief.open(`/dashboard/second-factor/authenticators/remove?id=${own!.id}`);
    await thief.press('submit');
    const owner = new Browser(server);
    await follow(owner, await letterTo(person, 'An authenticator app was removed'));
    // Theirs is the only one left: it is not taken for the owner's.
    expect(owner.page.path).toBe('/link-done/not-me-closed');
    expect(await server.app.get(Accounts).find(id)).toMatchObject({ disabledAt: expect.any(Date) });
  });

  it('about a sign-in counts from its beginning: a factor that it set up on its way is not the owner’s', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    await new Browser(server).signIn(person);
    const thief = new Browser(server);
    await thief.open(new Application(server, 'bank').authorizationUrl());
    await thief.enterPassword(person);
    await thief.setUpAuthenticator({ ...person });
    server.clock.advance(60_000);
    await thief.typeBackupCodeBack();
    const owner = new Browser(server);
    await follow(owner, await letterTo(person, 'Sign-in from a new browser'));
    expect(owner.page.path).toBe('/link-done/not-me-closed');
    expect(await server.app.get(Accounts).find(id)).toMatchObject({ disabledAt: expect.any(Date) });
  });

  it('does nothing with a token that nobody was sent', async () => {
    const browser = new Browser(server);
    await browser.open('/');
    const { formToken } = browser;
    for (const page of ['/not-me', '/cancel-recovery']) {
      for (const token of ['', 'x', 'A'.repeat(43)]) {
        await browser.open(`${page}?token=${token}`);
        expect(browser.page.status).toBe(410);
        await browser.post(page, { _csrf: formToken, token });
        expect(browser.page.status).toBe(410);
      }
    }
  });

  it('a recovery that somebody else asked for is stopped with the link in its letter, once', async () => {
    const person = somebody();
    const account = await addEnrolled(server, person);
    const recovery = server.app.get(Recovery);
    await recovery.request(account);
    const { links } = await mailbox.waitFor(
      (each) => each.to === person.email && each.links.some((link) => link.includes('/cancel-recovery?')),
    );
    const link = links.find((each) => each.includes('/cancel-recovery?'))!;
    const owner = new Browser(server);
    await owner.open(link);
    expect(owner.page.text).toContain(person.username);
    expect(await recovery.open(account.id)).toBeDefined();
    await owner.press('submit');
    expect(owner.page.path).toBe('/link-done/cancel-recovery');
    expect(await recovery.open(account.id)).toBeUndefined();
    await letter(mailbox, person.email, 'The recovery of your account was stopped');
    expect((await owner.open(link)).status).toBe(410);
    // A later request is none of that letter's business.
    await recovery.request(account);
    expect((await follow(new Browser(server), link)).status).toBe(410);
    expect(await recovery.open(account.id)).toBeDefined();
  });
});
