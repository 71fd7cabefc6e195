import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import { TestServer } from '../support/server.js';

const PAGES = [
  'profile',
  'email',
  'password',
  'second-factor',
  'devices',
  'sessions',
  'applications',
  'activity',
  'export',
  'delete',
  'sign-out-everywhere',
];

describe('a public URL with a path', () => {
  let mailbox: TestMailbox;
  let server: TestServer;
  beforeAll(async () => {
    mailbox = await TestMailbox.start();
    server = await TestServer.start({ path: '/id', env: { SMTP_URL: mailbox.url } });
  });
  afterAll(async () => {
    await server.stop();
    await mailbox.stop();
  });

  it('is in the links of mails, and in every link and form of the account', async () => {
    const person = somebody();
    const browser = new Browser(server);
    await browser.register(person);
    const { link } = await mailbox.next(person.email);
    expect(link.startsWith(`${server.url}/verify-email?token=`)).toBe(true);
    await browser.open(link);
    await browser.press('submit');
    expect(browser.page.path).toBe('/id/link-done/verify-email');

    await browser.signIn(person);
    for (const page of PAGES) {
      const { status, html } = await browser.open(`/dashboard/${page}`);
      expect([page, status]).toEqual([page, 200]);
      const leadsTo = [
        ...html.querySelectorAll('form').map((form) => form.getAttribute('action')),
        ...html.querySelectorAll('a[href^="/"]').map((anchor) => anchor.getAttribute('href')),
      ];
      expect(leadsTo.filter((path) => !/^\/id(\/|$)/.test(path ?? ''))).toEqual([]);
    }
    await browser.press('submit');
    expect(browser.page.path).toMatch(/^\/id\/signed-out\//);
  });
});
