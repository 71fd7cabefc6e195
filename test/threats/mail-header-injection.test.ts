import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Delivery } from '../../src/mail/delivery.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { Profiles } from '../../src/users/profile.service.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

const SMUGGLED = ['Bcc: everyone@evil.example', 'X-Evil: yes'];

describe('writing more into a mail than its own words', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({
      env: { SMTP_URL: mailbox.url, GATEHOUSE_NAME: 'Example & Söhne <id>' },
    });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  async function register(fields: Record<string, string>): Promise<number> {
    const browser = new Browser(server);
    await browser.open('/register');
    await browser.press('submit', { password: 'copper kites over harbour', ...fields });
    return browser.page.status;
  }

  it.each(['\r\n', '\n', '\r', '%0d%0a', '\u2028', '\u0000', '\u0085'])(
    'with an address that has %j in it',
    async (end) => {
      const before = mailbox.letters.length;
      for (const email of [
        `a@example.org${end}Bcc: everyone@evil.example`,
        `a${end}Bcc: everyone@evil.example@example.org`,
        `"a${end}Bcc: everyone@evil.example"@example.org`,
      ]) {
        await register({ username: somebody().username, email });
        const browser = new Browser(server);
        await browser.open('/forgot-password');
        await browser.press('submit', { username: email });
      }
      await server.app.get(Delivery).run();
      const letters = mailbox.letters.slice(before);
      expect(letters.filter(({ to }) => to.includes('evil.example'))).toEqual([]);
      for (const { headers } of letters)
        for (const smuggled of SMUGGLED) expect(headers).not.toContain(smuggled);
    },
  );

  it('with several addresses in one field', async () => {
    const victims = [
      'a@example.org,b@example.org',
      'a@example.org;b@example.org',
      'a@example.org b@example.org',
    ];
    for (const email of victims) expect(await register({ username: somebody().username, email })).toBe(422);
  });

  it('with names, a browser’s name and a service name full of markup', async () => {
    const person = somebody();
    const account = await server.addPerson(person);
    const displayName = '<img src=x onerror=alert(1)> "quoted" =?utf-8?q?Bcc?=';
    await server.app.get(Profiles).change(account, { username: person.username, displayName, timeZone: '' });
    const browser = new Browser(server, { 'User-Agent': `<script>alert(1)</script> Firefox/1.0` });
    await browser.signIn(person);
    await browser.open('/dashboard/password');
    await browser.press('submit', { current: person.password, password: 'thirteen bricks in the rain' });
    const letter = await mailbox.waitFor(({ to, subject }) => to === person.email && /assword/.test(subject));
    expect(letter.html).not.toMatch(/<script|<img|onerror=/i);
    expect(letter.headers.filter((line) => /^(bcc|cc|x-evil)/i.test(line))).toEqual([]);
    expect(letter.headers.filter((line) => /^from:/i.test(line))).toHaveLength(1);
  });

  it('a refused password change of a thief sends nothing', async () => {
    const person = somebody();
    const account = await server.addPerson(person);
    const before = mailbox.letters.length;
    await server.app.get(Passwords).checkOf(account, 'wrong words entirely', []);
    await server.app.get(Delivery).run();
    expect(mailbox.letters.length).toBe(before);
  });
});
