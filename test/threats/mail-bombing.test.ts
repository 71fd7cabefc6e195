import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Sql } from '../../src/database/sql.js';
import { Delivery } from '../../src/mail/delivery.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { EmailVerification } from '../../src/users/email-verification.service.js';
import { OneTimeLinks } from '../../src/users/one-time-links.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

const MINUTE = 60_000;

describe('filling somebody’s mailbox', () => {
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

  async function forgot(identifier: string): Promise<string> {
    const browser = new Browser(server);
    await browser.open('/forgot-password');
    await browser.press('submit', { username: identifier });
    return `${browser.page.status} ${browser.page.path} ${browser.page.text}`;
  }

  async function delivered(): Promise<void> {
    await server.app.get(Delivery).run();
    await pause(400);
    await server.app.get(Delivery).run();
  }

  const lettersTo = (email: string) => mailbox.letters.filter(({ to }) => to === email).length;

  it('three in a quarter of an hour, by user name or address, however spelled, and whoever asks', async () => {
    const person = somebody();
    await server.addPerson(person);
    const { email, username } = person;
    const spellings = [email, email.toUpperCase(), ` ${email} `, username, username.toUpperCase(), email];
    const fullWidth = email.replace('person', 'ｐｅｒｓｏｎ');
    const answers = [];
    for (const spelling of [...spellings, fullWidth, ...spellings]) answers.push(await forgot(spelling));
    await delivered();
    expect(lettersTo(email)).toBe(3);
    // Whoever asks sees no difference between a mail that was sent and one that was not.
    expect(new Set(answers).size).toBe(1);
  });

  it('fifty at the same moment are three letters', async () => {
    const person = somebody();
    await server.addPerson(person);
    await Promise.all(Array.from({ length: 50 }, () => forgot(person.email)));
    await delivered();
    expect(lettersTo(person.email)).toBe(3);
  });

  it('registering again and again with spellings of one mailbox', async () => {
    const mailboxOf = (n: number) => `target+${n}@example.org`;
    for (let n = 0; n < 6; n++) {
      const browser = new Browser(server);
      await browser.open('/register');
      await browser.press('submit', {
        username: `bomber${n}`,
        email: mailboxOf(n),
        password: 'copper kites over harbour',
      });
    }
    await delivered();
    const sent = mailbox.letters.filter(({ to }) => /^target\+?\d*@example\.org$/.test(to));
    expect(sent).toHaveLength(3);
  });

  it('and three more when the quarter of an hour is over', async () => {
    const person = somebody();
    await server.addPerson(person);
    for (let n = 0; n < 5; n++) await forgot(person.email);
    // A letter under way would take the jump for its mail server's silence, and be tried later.
    await delivered();
    server.clock.advance(15 * MINUTE + 1000);
    for (let n = 0; n < 5; n++) await forgot(person.email);
    await delivered();
    expect(lettersTo(person.email)).toBe(6);
  });

  it('using the budget up does not keep the owner from hearing of a change', async () => {
    const person = somebody();
    await server.addPerson(person);
    for (let n = 0; n < 5; n++) await forgot(person.email);
    const owner = new Browser(server);
    await owner.signIn(person);
    await owner.open('/dashboard/password');
    await owner.press('submit', { current: person.password, password: 'thirteen bricks in the rain' });
    await delivered();
    expect(lettersTo(person.email)).toBe(4);
  });

  describe('of a stranger, whose address somebody has registered with', () => {
    const STRANGER_HEARS = 12;

    it('by asking for a new password from one browser of theirs after the other', async () => {
      const person = somebody();
      await server.addPerson(person);
      for (let n = 0; n < 3; n++) {
        const browser = new Browser(server);
        await browser.signIn(person);
        for (let again = 0; again < 3; again++) {
          await browser.open('/forgot-password');
          await browser.press('submit', { username: person.email });
        }
      }
      await delivered();
      const resets = mailbox.letters.filter(
        ({ to, link }) => to === person.email && /reset-password/.test(link),
      );
      expect(resets).toHaveLength(3);
    });

    it('by wanting the account deleted, and keeping it, again and again', async () => {
      const person = somebody();
      const { id } = await server.addPerson(person);
      const deletion = server.app.get(AccountDeletion);
      for (let n = 0; n < 20; n++) {
        await deletion.request(id);
        await deletion.keep(id);
      }
      await delivered();
      expect(lettersTo(person.email)).toBe(3 + 3);
    });

    it('by asking for a recovery, and signing in after all', async () => {
      const person = somebody();
      const account = await server.addPerson(person);
      const moved = { ...account, email: `moved-${person.email}` };
      const recovery = server.app.get(Recovery);
      await server.app
        .get(Sql)
        .transaction((sql) => server.app.get(OneTimeLinks).reserve(sql, account.id, person.email, null));
      const answers = [];
      for (let n = 0; n < 20; n++) {
        answers.push(await recovery.request(n % 2 ? moved : account));
        await recovery.cancel(account.id);
      }
      // Nobody is kept in the dark about one that was asked for: what is refused is the asking.
      expect(answers.filter((answer) => answer === 'asked')).toHaveLength(3);
      await delivered();
      expect(lettersTo(person.email)).toBe(3 + 3);
    });

    it('with the end of many accounts, all of them at spellings of one mailbox', async () => {
      const accounts = await Promise.all(
        Array.from({ length: 15 }, (_, n) =>
          server.addPerson({ ...somebody(), email: `neighbour+${n}@example.org` }),
        ),
      );
      for (const { id } of accounts) await server.app.get(AccountDeletion).request(id);
      await delivered();
      server.clock.advance(7 * 24 * 60 * MINUTE + 1000);
      const before = mailbox.letters.length;
      await server.app.get(AccountDeletion).deleteDue(100);
      await delivered();
      const ends = mailbox.letters.slice(before).filter(({ to }) => /^neighbour/.test(to));
      expect(ends.length).toBeGreaterThan(0);
      expect(ends.length).toBeLessThanOrEqual(STRANGER_HEARS);
    });
  });

  it('who has confirmed the address has three more links from a browser of theirs', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const links = server.app.get(OneTimeLinks);
    const { url } = await links.make('verify-email', id, person.email);
    await server.app.get(EmailVerification).confirm(new URL(url).searchParams.get('token'));
    const owner = new Browser(server);
    await owner.signIn(person);
    for (let n = 0; n < 5; n++) await forgot(person.email);
    for (let n = 0; n < 5; n++) {
      await owner.open('/forgot-password');
      await owner.press('submit', { username: person.email });
    }
    await delivered();
    expect(lettersTo(person.email)).toBe(3 + 3);
  });
});
