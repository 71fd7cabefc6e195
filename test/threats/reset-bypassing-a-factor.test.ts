import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestMailbox } from '../support/mailbox.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const CHOSEN = 'thirteen bricks in the rain';

describe('a stolen mailbox: a reset of the password never replaces the second factor', () => {
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

  /** The thief reads the mail and knows nothing else. */
  async function reset(person: Person): Promise<Browser> {
    const thief = new Browser(server);
    await thief.open('/forgot-password');
    await thief.press('submit', { username: person.email });
    const { link } = await mailbox.waitFor(
      ({ to, link: found }) => to === person.email && (found ?? '').includes('/reset-password'),
    );
    await thief.open(link);
    await thief.press('submit', { password: CHOSEN });
    expect(thief.page.status).toBe(200);
    return thief;
  }

  it('signs nobody in', async () => {
    const person = somebody();
    await server.addPerson(person);
    const thief = await reset(person);
    await thief.open('/dashboard');
    expect(thief.page.path).toMatch(/^\/interaction\/[^/]+\/password$/);
  });

  it('asks for the second factor afterwards as before, on the account pages and for an application', async () => {
    const person = somebody();
    const account = await addEnrolled(server, person);
    const thief = await reset(person);

    await thief.open('/dashboard');
    await thief.press('submit', { username: person.username, password: CHOSEN });
    expect(thief.page.path).toMatch(/\/totp$/);
    await thief.open(thief.page.path.replace('/totp', ''));
    expect(thief.page.path).toMatch(/\/totp$/);

    await thief.open(new Application(server, 'notes').authorizationUrl({ prompt: 'login' }));
    await thief.press('submit', { username: person.username, password: CHOSEN });
    expect(thief.page.path).toMatch(/\/totp$/);
    expect(thief.sentTo).toBeUndefined();

    const { authenticators, backupCodes } = await server.app.get(SecondFactors).enrolled(account.id);
    expect([authenticators.length, backupCodes.left]).toEqual([1, 10]);
  });

  it('the way of somebody who lost everything is not open to the mailbox either: it waits for the operator', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const thief = await reset(person);
    await thief.open('/dashboard');
    await thief.press('submit', { username: person.username, password: CHOSEN });
    const recovery = thief.page.path.replace('/totp', '/recovery');
    await thief.open(recovery);
    await thief.press('submit');
    server.clock.advance(10 * 24 * 60 * 60_000);
    await thief.open('/dashboard');
    await thief.press('submit', { username: person.username, password: CHOSEN });
    const again = thief.page.path.replace('/totp', '/recovery');
    await thief.open(again);
    expect(thief.page.html.getElementById('use')).toBeNull();
    const forced = await thief.once('POST', `${again}/use`, { _csrf: thief.formToken });
    expect(forced.headers['location']).toMatch(/\/recovery$/);
    await thief.open(again);
    expect(thief.page.path).toMatch(/\/recovery$/);
  });
});
