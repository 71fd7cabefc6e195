import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { Delivery } from '../../src/mail/delivery.js';
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
});
