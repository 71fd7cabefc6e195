import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { ada, bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

const MINUTE = 60_000;

describe('the account pages', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('tell who I am, and sign me out', async () => {
    const person = bea();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    expect(browser.page.text).toContain('bea@example.org');
    await browser.press('sign-out');
    expect(browser.page.path).toBe('/signed-out');
    expect(browser.page.status).toBe(200);
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/\/password$/);
  });

  it('change my password, after which only the new one works', async () => {
    const person = { ...bea(), username: 'bea2', email: 'bea2@example.org' };
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    await browser.open('/dashboard/password');
    await browser.press('submit', { current: 'not my password', password: 'nine lanterns drift apart' });
    expect(browser.page.text).toContain('That is not your current password');
    await browser.press('submit', { current: person.password, password: 'short' });
    expect(browser.page.text).toContain('at least 12 characters');
    await browser.press('submit', { current: person.password, password: 'nine lanterns drift apart' });
    expect(browser.page.path).toBe('/dashboard?done=password-changed');
    expect(browser.page.text).toContain('Your password is changed');

    const other = new Browser(server);
    await other.signIn(person);
    expect(other.page.status).toBe(422);
    await other.enterPassword({ ...person, password: 'nine lanterns drift apart' });
    expect(other.page.path).toBe('/dashboard');
  });

  it('ask for a recent sign-in at my own level before a factor or the password changes', async () => {
    const person = { ...ada(), username: 'ada2', email: 'ada2@example.org' };
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signInAndEnrol(person);
    // The session that enrolled proved a password only: for more, the second factor is asked for, and nothing else.
    await browser.open('/dashboard/second-factor/turn-off');
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    expect(browser.page.path).toBe('/dashboard/second-factor/turn-off');

    server.clock.advance(11 * MINUTE);
    await browser.open('/dashboard');
    expect(browser.page.path).toBe('/dashboard');
    for (const page of [
      'password',
      'email',
      'delete',
      'second-factor/set-up',
      'second-factor/passkeys/new',
      'second-factor/authenticators/remove',
      'second-factor/turn-off',
    ]) {
      await browser.open(`/dashboard/${page}`);
      expect(browser.page.path).toMatch(/\/interaction\/.+\/password$/);
    }
    await browser.enterPassword(person);
    await browser.enterTotp(person);
    expect(browser.page.path).toBe('/dashboard/second-factor/turn-off');
  });

  it('take a new phone: its app is added, then the old one removed, which is dead from then on; the backup codes stay', async () => {
    const person = { ...ada(), username: 'ada3', email: 'ada3@example.org' };
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signInAndEnrol(person);
    const old = { authenticator: person.authenticator!, backupCodes: person.backupCodes! };
    await browser.open('/dashboard/second-factor/set-up');
    await browser.enterTotp(person);
    await browser.setUpAuthenticator(person);
    expect(person.authenticator!.secret).not.toBe(old.authenticator.secret);
    expect(browser.page.path).toBe('/dashboard/second-factor?done=authenticator-added');
    await browser.click('remove-authenticator-1');
    await browser.press('submit');
    expect(browser.page.path).toBe('/dashboard/second-factor?done=factor-removed');

    const other = new Browser(server);
    await other.open('/dashboard');
    await other.enterPassword(person);
    server.clock.advance(30_000);
    await other.press('submit', { code: old.authenticator.code(server.clock.now()) });
    expect(other.page.status).toBe(422);
    await other.enterTotp(person);
    expect(other.page.path).toBe('/dashboard');
    const third = new Browser(server);
    await third.open('/dashboard');
    await third.enterPassword(person);
    await third.press('submit', { code: old.backupCodes[5]! });
    expect(third.page.path).toBe('/dashboard');
  });

  it('count the backup codes, and make new ones', async () => {
    const person = { ...ada(), username: 'ada4', email: 'ada4@example.org' };
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signInAndEnrol(person);
    for (const code of person.backupCodes!.slice(0, 7)) {
      const other = new Browser(server);
      await other.open('/dashboard');
      await other.enterPassword(person);
      await other.press('submit', { code });
      expect(other.page.path).toBe('/dashboard');
    }
    await browser.open('/dashboard');
    expect(browser.page.text).toMatch(/Backup codes left: 3 ?A backup code was used/);
    expect(browser.page.html.getElementById('more-codes')).not.toBeNull();
    await browser.click('more-codes');
    await browser.press('new-codes');
    await browser.enterTotp(person);
    expect(browser.page.path).toBe('/dashboard/second-factor');
    await browser.press('new-codes');
    expect(
      browser.page.html.toString().match(/\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b/g)!.length,
    ).toBeGreaterThanOrEqual(10);
    await browser.typeBackupCodeBack();
    expect(browser.page.path).toBe('/dashboard?done=second-factor-on');
  });
});
