import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Delivery } from '../../src/mail/delivery.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { EmailChange } from '../../src/users/email-change.service.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox, type ReceivedLetter } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const DAY = 24 * 60 * 60_000;

describe('an account taken over, and its address changed to the thief’s', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  let owner: Person;
  let accountId: string;
  let thief: Browser;
  let count = 0;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });
  beforeEach(async () => {
    owner = somebody();
    accountId = (await server.addPerson(owner)).id;
    thief = new Browser(server);
    await thief.signIn(owner);
  });

  const letter = (to: string, page: string): Promise<ReceivedLetter> =>
    mailbox.waitFor((each) => each.to === to && each.links.some((link) => link.includes(`/${page}?`)));
  const linkIn = ({ links }: ReceivedLetter, page: string) =>
    links.find((link) => link.includes(`/${page}?`))!;

  /** The thief knows the password and reads the new address's mail. @returns the letter to the address before */
  async function moveTo(email: string, from: string): Promise<ReceivedLetter> {
    const account = (await server.app.get(Accounts).find(accountId))!;
    expect(await server.app.get(EmailChange).request(account, email)).toBe('sent');
    await thief.open(linkIn(await letter(email, 'confirm-email'), 'confirm-email'));
    await thief.press('submit');
    return letter(from, 'undo-email-change');
  }

  async function undo(link: string): Promise<number> {
    const browser = new Browser(server);
    await browser.open(link);
    if (browser.page.status === 200) await browser.press('submit');
    return browser.page.status;
  }

  const addressNow = async () => (await server.app.get(Accounts).find(accountId))!.email;
  const thiefs = () => `thief${++count}@evil.example`;

  it('the owner takes it back: the thief’s session, password and links are worthless', async () => {
    const evil = thiefs();
    const told = await moveTo(evil, owner.email);
    expect(await addressNow()).toBe(evil);
    // The thief has had a link to a new password sent, for later.
    await thief.open('/forgot-password');
    await thief.press('submit', { username: evil });
    const later = linkIn(await letter(evil, 'reset-password'), 'reset-password');

    expect(await undo(linkIn(told, 'undo-email-change'))).toBe(200);
    expect(await addressNow()).toBe(owner.email);
    await thief.open('/dashboard');
    expect(thief.page.path).toMatch(/\/password$/);
    await thief.enterPassword(owner);
    expect(thief.page.path).toMatch(/\/password$/);
    expect((await thief.open(later)).status).toBe(410);

    // The owner was sent a link to a new password, and is in again.
    const mine = new Browser(server);
    await mine.open(linkIn(await letter(owner.email, 'reset-password'), 'reset-password'));
    owner.password = 'thirteen bricks in the rain';
    await mine.press('submit', { password: owner.password });
    await mine.signIn(owner);
    expect(mine.page.path).toBe('/dashboard');
  });

  it('also after the thief has moved it on, and undone that, to cut the owner off', async () => {
    const [first, second] = [thiefs(), thiefs()];
    const told = await moveTo(first, owner.email);
    server.clock.advance(60_000);
    const thiefsOwn = await moveTo(second, first);
    expect(await undo(linkIn(thiefsOwn, 'undo-email-change'))).toBe(200);
    expect(await addressNow()).toBe(first);
    expect(await undo(linkIn(told, 'undo-email-change'))).toBe(200);
    expect(await addressNow()).toBe(owner.email);
  });

  it('the thief cannot take it back from the owner with an undo link of a later change', async () => {
    const [first, second] = [thiefs(), thiefs()];
    const told = await moveTo(first, owner.email);
    server.clock.advance(60_000);
    const thiefsOwn = await moveTo(second, first);
    expect(await undo(linkIn(told, 'undo-email-change'))).toBe(200);
    expect(await undo(linkIn(thiefsOwn, 'undo-email-change'))).toBe(410);
    expect(await addressNow()).toBe(owner.email);
  });

  it('nobody can register the owner’s address in the meantime, to keep it from coming back', async () => {
    const told = await moveTo(thiefs(), owner.email);
    const outcome = await server.app
      .get(Accounts)
      .register({ ...somebody(), email: owner.email.toUpperCase() });
    expect(outcome).toBe('taken');
    expect(await undo(linkIn(told, 'undo-email-change'))).toBe(200);
  });

  it('nor move an account of their own there', async () => {
    const told = await moveTo(thiefs(), owner.email);
    const other = somebody();
    const account = await server.addPerson(other);
    await server.app.get(EmailChange).request(account, owner.email);
    const browser = new Browser(server);
    await browser.open(linkIn(await letter(owner.email, 'confirm-email'), 'confirm-email'));
    expect((await browser.press('submit')).status).toBe(410);
    expect(await undo(linkIn(told, 'undo-email-change'))).toBe(200);
    expect(await addressNow()).toBe(owner.email);
  });

  it('works once, and for a week', async () => {
    const told = await moveTo(thiefs(), owner.email);
    const link = linkIn(told, 'undo-email-change');
    server.clock.advance(7 * DAY - 60_000);
    expect(await undo(link)).toBe(200);
    expect(await undo(link)).toBe(410);

    const late = somebody();
    accountId = (await server.addPerson(late)).id;
    const tooLate = await moveTo(thiefs(), late.email);
    server.clock.advance(7 * DAY + 60_000);
    expect(await undo(linkIn(tooLate, 'undo-email-change'))).toBe(410);
  });

  it('for a week from when the letter went out, as the letter says: the mail server had been away', async () => {
    const evil = thiefs();
    const account = (await server.app.get(Accounts).find(accountId))!;
    await server.app.get(EmailChange).request(account, evil);
    const confirmation = linkIn(await letter(evil, 'confirm-email'), 'confirm-email');
    await letter(owner.email, 'not-me');
    mailbox.refuse(450);
    await thief.open(confirmation);
    await thief.press('submit');
    await server.app.get(Delivery).run();
    server.clock.advance(2 * DAY);
    mailbox.accept();
    await server.app.get(Delivery).run();
    const told = await letter(owner.email, 'undo-email-change');
    server.clock.advance(7 * DAY - 60_000);
    const register = () =>
      server.app.get(Accounts).register({ ...somebody(), email: owner.email.toUpperCase() });
    expect(await register()).toBe('taken');
    expect(await undo(linkIn(told, 'undo-email-change'))).toBe(200);
    expect(await addressNow()).toBe(owner.email);
  });
});
