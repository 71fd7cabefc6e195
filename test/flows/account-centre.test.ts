import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EntityManager } from '@mikro-orm/core';
import { AuditEvent } from '../../src/audit/audit-event.entity.js';
import { normalizedBackupCode } from '../../src/mfa/backup-code-format.js';
import { BackupCodes } from '../../src/mfa/backup-codes.service.js';
import { Passkey } from '../../src/mfa/passkey.entity.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { LogoutDelivery } from '../../src/oidc/sessions/logout-delivery.service.js';
import { Account } from '../../src/users/account.entity.js';
import { Application, type Tokens } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { LogoutListener } from '../support/logout-listener.js';
import { TestMailbox } from '../support/mailbox.js';
import { authenticatorOf } from '../support/passkeys.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const HOUR = 3_600_000;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

describe('the account centre', () => {
  let listener: LogoutListener;
  let mailbox: TestMailbox;
  let server: TestServer;
  beforeAll(async () => {
    listener = await LogoutListener.at();
    await listener.up();
    mailbox = await TestMailbox.start();
    server = await TestServer.start({
      clients: listener.clients,
      env: { GATEHOUSE_INTERNAL_BACKCHANNEL: 'on', SMTP_URL: mailbox.url },
    });
  });
  afterAll(async () => {
    await server.stop();
    await listener.down();
    await mailbox.stop();
  });
  beforeEach(() => {
    listener.posts.length = 0;
    listener.status = 200;
  });

  /** Somebody whose address is confirmed. */
  async function newcomer(enrolled = false): Promise<{ person: Person; account: Account }> {
    const person = somebody();
    const account = enrolled ? await addEnrolled(server, person) : await server.addPerson(person);
    await server.app
      .get(EntityManager)
      .fork()
      .nativeUpdate(Account, { id: account.id }, { emailVerifiedAt: server.clock.now() });
    return { person, account };
  }

  async function signedIn(person: Person, userAgent = FIREFOX): Promise<Browser> {
    const browser = new Browser(server, { 'User-Agent': userAgent });
    await browser.signIn(person);
    expect(browser.page.path).toBe('/dashboard');
    return browser;
  }

  async function use(
    browser: Browser,
    id: 'notes' | 'photos' | 'calendar',
  ): Promise<Tokens & { application: Application }> {
    const application = new Application(server, id);
    const offline: Record<string, string> =
      id === 'calendar' ? { scope: 'openid email offline_access', prompt: 'consent' } : {};
    await browser.open(application.authorizationUrl(offline));
    if (!browser.sentTo) await browser.press('submit');
    return { ...(await application.redeem(application.codeFrom(browser))), application };
  }

  const isSignedIn = async (browser: Browser) => (await browser.once('GET', '/dashboard')).status === 200;
  const buttons = (browser: Browser) =>
    browser.page.html.querySelectorAll('.to-do .button').map((button) => button.id);
  const lastEvent = async (accountId: string) => {
    const [event] = await server.app
      .get(EntityManager)
      .fork()
      .find(AuditEvent, { accountId }, { orderBy: { id: 'desc' }, limit: 1 });
    return event && [event.name, event.detail, event.clientId];
  };

  describe('tells on its overview what is missing, and leads there:', () => {
    it('a second factor, and the confirmation of the address', async () => {
      const person = somebody();
      await server.addPerson(person);
      const browser = await signedIn(person);
      expect(buttons(browser)).toEqual(['set-up', 'confirm-email']);
      expect(browser.page.text).not.toContain('All is well');
      await browser.click('confirm-email');
      expect([browser.page.path, browser.page.status]).toEqual(['/dashboard/email', 200]);
      await browser.open('/dashboard');
      await browser.click('set-up');
      expect(browser.page.path).toBe('/dashboard/second-factor/set-up');
      await browser.setUpAuthenticator(person);
      await browser.open('/dashboard');
      expect(buttons(browser)).toEqual(['finish', 'confirm-email']);
      await browser.click('finish');
      await browser.press('submit', { code: person.backupCodes![0]! });
      expect(buttons(browser)).toEqual(['confirm-email']);
    });

    it('backup codes, when three are left', async () => {
      const { person, account } = await newcomer(true);
      const browser = await signedIn(person);
      expect(browser.page.text).toContain('All is well');
      const spend = (code: string) =>
        server.app.get(BackupCodes).spend(account.id, normalizedBackupCode(code)!);
      for (const code of person.backupCodes!.slice(0, 6)) await spend(code);
      await browser.open('/dashboard');
      expect(buttons(browser)).toEqual([]);
      await spend(person.backupCodes![6]!);
      await browser.open('/dashboard');
      expect(buttons(browser)).toEqual(['more-codes']);
      expect(browser.page.text).toContain('Only 3 backup codes left');
      for (const [n, words] of [
        'Only 2 backup codes left',
        'Only one backup code left',
        'No backup code left',
      ].entries()) {
        await spend(person.backupCodes![7 + n]!);
        await browser.open('/dashboard');
        expect(browser.page.text).toContain(words);
      }
      await browser.click('more-codes');
      expect(browser.page.html.getElementById('new-codes')).not.toBeNull();
    });

    it('a recovery that somebody asked for, and stops it', async () => {
      const { person, account } = await newcomer(true);
      const recovery = server.app.get(Recovery);
      const browser = await signedIn(person);
      await recovery.request(account);
      await browser.open('/dashboard');
      expect(buttons(browser)).toEqual(['cancel-recovery']);
      await browser.press('cancel-recovery');
      expect(browser.page.path).toBe('/dashboard?done=recovery-cancelled');
      expect(browser.page.text).toContain('The recovery is stopped');
      expect(buttons(browser)).toEqual([]);
      expect(await recovery.open(account.id)).toBeUndefined();
      expect(await lastEvent(account.id)).toEqual(['recovery.cancelled', null, null]);
    });

    it('a passkey that there may be a copy of', async () => {
      const { person, account } = await newcomer(true);
      await authenticatorOf(server, account);
      const browser = await signedIn(person);
      expect(buttons(browser)).toEqual([]);
      await server.app
        .get(EntityManager)
        .fork()
        .nativeUpdate(Passkey, { accountId: account.id }, { suspectSince: server.clock.now() });
      await browser.open('/dashboard');
      expect(buttons(browser)).toEqual(['suspect-passkey']);
      await browser.click('suspect-passkey');
      expect(browser.page.path).toBe('/dashboard/second-factor');
    });
  });

  it('leads from its overview to each of its areas, and from each back', async () => {
    const { person } = await newcomer();
    const browser = await signedIn(person);
    const tiles = browser.page.html.querySelectorAll('.tiles a').map(({ id }) => id);
    expect(tiles.length).toBeGreaterThan(10);
    for (const tile of tiles) {
      await browser.open('/dashboard');
      await browser.click(tile);
      expect([tile, browser.page.status, browser.page.path]).toEqual([
        tile,
        200,
        expect.stringMatching(/^\/dashboard\/[a-z-]+$/),
      ]);
      expect([tile, browser.page.html.querySelectorAll('a[href$="/dashboard"]').length > 0]).toEqual([
        tile,
        true,
      ]);
    }
  });

  it('says nothing that was not done: a made-up word in the address changes no page', async () => {
    const { person } = await newcomer();
    const browser = await signedIn(person);
    for (const done of ['nonsense', 'constructor', '__proto__', 'session-ended&done=session-gone']) {
      await browser.open(`/dashboard/sessions?done=${done}`);
      expect([browser.page.status, browser.page.html.querySelector('.notice')]).toEqual([200, null]);
    }
  });

  describe('shows the sessions', () => {
    it('of every browser, this one marked; one of them is ended from here, and really is', async () => {
      const { person, account } = await newcomer();
      const here = await signedIn(person);
      const there = await signedIn(person, IPHONE);
      const tokens = await use(there, 'calendar');
      await here.open('/dashboard/sessions');
      expect(here.page.html.querySelectorAll('.entries h2').map(({ text }) => text)).toEqual([
        'Firefox on Linux',
        'Safari on iPhone',
      ]);
      expect(here.page.text).toMatch(/Firefox on Linux This one .*Safari on iPhone .*Third-party Calendar/);
      expect(here.page.text.match(/This one/g)).toHaveLength(1);
      const stale = here.form('end-1');
      await here.press('end-1');
      expect(here.page.path).toBe('/dashboard/sessions?done=session-ended');
      expect(await lastEvent(account.id)).toEqual(['session.ended', { reason: 'ended-from-another' }, null]);
      expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([true, false]);
      expect((await tokens.application.userinfo(tokens.access_token!)).status).toBe(401);
      expect((await tokens.application.refresh(tokens.refresh_token!)).status).toBe(400);
      expect(here.page.html.getElementById('end-others')).toBeNull();

      await here.post(stale.path, stale.fields);
      expect(here.page.path).toBe('/dashboard/sessions?done=session-gone');
      expect(here.page.text).toContain('That session had ended already');
    });

    it('and ends all others at once', async () => {
      const { person, account } = await newcomer();
      const [here, there, elsewhere] = [
        await signedIn(person),
        await signedIn(person),
        await signedIn(person, IPHONE),
      ];
      await here.open('/dashboard/sessions');
      await here.press('end-others');
      expect(here.page.text).toContain('You are signed out everywhere but here');
      expect(await Promise.all([here, there, elsewhere].map(isSignedIn))).toEqual([true, false, false]);
      expect(await lastEvent(account.id)).toEqual(['session.ended', { reason: 'all-others-ended' }, null]);
    });
  });

  describe('shows the remembered browsers', () => {
    async function remembered(person: Person, userAgent = FIREFOX): Promise<Browser> {
      const browser = new Browser(server, { 'User-Agent': userAgent });
      await browser.open('/dashboard');
      await browser.enterPassword(person);
      server.clock.advance(30_000);
      const code = person.authenticator!.code(server.clock.now());
      await browser.press('submit', { code, remember: 'yes' });
      expect(browser.page.path).toBe('/dashboard');
      return browser;
    }

    /** What a new sign-in in it meets after the password. */
    async function asksForTheCode(browser: Browser, person: Person): Promise<boolean> {
      await browser.open('/dashboard');
      await browser.press('sign-out');
      await browser.open('/dashboard');
      await browser.enterPassword(person);
      return /\/totp$/.test(browser.page.path);
    }

    it('and forgets one, whose session goes on', async () => {
      const { person, account } = await newcomer(true);
      const laptop = await remembered(person);
      const phone = await remembered(person, IPHONE);
      await laptop.open('/dashboard/devices');
      expect(laptop.page.html.querySelectorAll('.entries h2').map(({ text }) => text)).toEqual([
        'Safari on iPhone',
        'Firefox on Linux',
      ]);
      const stale = laptop.form('forget-0');
      await laptop.press('forget-0');
      expect(laptop.page.text).toContain('That browser is forgotten');
      expect(await lastEvent(account.id)).toEqual(['device.forgotten', null, null]);
      await laptop.post(stale.path, stale.fields);
      expect(laptop.page.text).toContain('That browser was not remembered any more');
      expect(await isSignedIn(phone)).toBe(true);
      expect(await asksForTheCode(phone, person)).toBe(true);
      expect(await asksForTheCode(laptop, person)).toBe(false);
    });

    it('and forgets all', async () => {
      const { person, account } = await newcomer(true);
      const browsers = [await remembered(person), await remembered(person, IPHONE)];
      await browsers[0]!.open('/dashboard/devices');
      await browsers[0]!.press('forget-all');
      expect(browsers[0]!.page.text).toContain('No browser is remembered.');
      expect(await lastEvent(account.id)).toEqual(['device.forgotten', { all: true }, null]);
      for (const browser of browsers) expect(await asksForTheCode(browser, person)).toBe(true);
    });
  });

  describe('shows the connected applications', () => {
    it('with what they may see, and ends the access of one: its tokens die, and it is asked for again', async () => {
      const { person, account } = await newcomer();
      const browser = await signedIn(person);
      const tokens = await use(browser, 'calendar');
      await use(browser, 'notes');
      await browser.open('/dashboard/applications');
      expect(browser.page.text).toMatch(/Notes By Gatehouse .*Third-party Calendar Connected since/);
      expect(browser.page.text).toMatch(/Third-party Calendar .*See your e-mail address/);
      expect(browser.page.text).not.toMatch(/Third-party Calendar .*See your name/);
      expect(browser.page.html.toString()).toContain('https://calendar.example/privacy');

      await browser.click('revoke-1');
      expect(browser.page.html.querySelector('h1')!.text).toBe('End the access of Third-party Calendar?');
      expect(browser.page.text).toContain('It cannot be told to sign you out');
      await browser.press('submit');
      expect(browser.page.path).toBe('/dashboard/applications?done=application-revoked');
      expect(browser.page.text).not.toContain('Third-party Calendar');
      expect(browser.page.text).toContain('Notes');
      expect(await lastEvent(account.id)).toEqual(['application.revoked', null, 'calendar']);
      expect((await tokens.application.refresh(tokens.refresh_token!)).status).toBe(400);
      expect((await tokens.application.userinfo(tokens.access_token!)).status).toBe(401);
      expect(await isSignedIn(browser)).toBe(true);

      const again = new Application(server, 'calendar');
      await browser.open(again.authorizationUrl({ scope: 'openid email' }));
      expect(browser.page.path).toMatch(/\/consent$/);
    });

    it('and has an answer for one that has no access', async () => {
      const { person } = await newcomer();
      const browser = await signedIn(person);
      await browser.open('/dashboard/applications');
      expect(browser.page.text).toContain('No application has access to your account');
      for (const query of [
        '?client=calendar',
        '?client=nobody',
        '?client=a&client=b',
        '?client=gatehouse-dashboard',
      ]) {
        await browser.open(`/dashboard/applications/revoke${query}`);
        expect([browser.page.path, browser.page.status]).toEqual([
          '/dashboard/applications?done=application-gone',
          200,
        ]);
      }
      await browser.open('/dashboard/applications/revoke');
      expect(browser.page.path).toBe('/dashboard/applications');
    });

    it('and tells one that listens, when its access ends', async () => {
      const { person, account } = await newcomer();
      const browser = await signedIn(person);
      await use(browser, 'notes');
      await browser.open('/dashboard/applications');
      await browser.click('revoke-0');
      expect(browser.page.text).toContain('We tell it to sign you out');
      await browser.press('submit');
      expect(browser.page.text).toContain('No application has access to your account');
      const told = await listener.told(server, 1);
      expect(told.map(({ client, claims }) => [client, claims.sub])).toEqual([['notes', account.id]]);
    });
  });

  describe('signs out everywhere', () => {
    const entry = (browser: Browser, name: string) =>
      browser.page.html
        .querySelectorAll('.entries > li')
        .find((item) => item.querySelector('h2')!.text === name)!
        .text.replace(/\s+/g, ' ')
        .trim();

    async function until(done: () => Promise<boolean>): Promise<void> {
      for (let round = 0; round < 100 && !(await done()); round++)
        await new Promise((later) => setTimeout(later, 50));
    }

    it('after asking, and shows without a session who was told, who cannot be, and who is still to be', async () => {
      const { person, account } = await newcomer();
      const [here, there] = [await signedIn(person), await signedIn(person, IPHONE)];
      const calendar = await use(here, 'calendar');
      await use(here, 'notes');
      await use(there, 'notes');
      await here.open('/dashboard/sessions');
      await here.click('everywhere');
      expect(await isSignedIn(there)).toBe(true);
      await here.press('submit');

      expect(here.page.path).toMatch(/^\/signed-out\/[\w-]{22}$/);
      const receipt = here.page.path;
      expect(here.page.headers['cache-control']).toBe('no-store');
      expect(await Promise.all([here, there].map(isSignedIn))).toEqual([false, false]);
      expect((await calendar.application.refresh(calendar.refresh_token!)).status).toBe(400);
      expect(await lastEvent(account.id)).toEqual(['session.ended', { reason: 'everywhere' }, null]);
      const told = await listener.told(server, 2);
      expect(told.map(({ client }) => client)).toEqual(['notes', 'notes']);

      await here.open(receipt);
      // Two sessions of it, one line.
      expect(here.page.html.querySelectorAll('.entries > li')).toHaveLength(2);
      expect(entry(here, 'Notes')).toMatch(/Notes Told/);
      expect(entry(here, 'Notes')).not.toContain('token');
      expect(entry(here, 'Third-party Calendar')).toContain('Cannot be told');
      expect(entry(here, 'Third-party Calendar')).toMatch(/A token it holds may be valid until: .*\d:\d\d/);
      const html = here.page.html.toString();
      for (const personal of [person.username, person.email, account.id, 'Firefox', '127.0.0.1'])
        expect(html).not.toContain(personal);

      const stranger = new Browser(server);
      await stranger.open(receipt);
      expect(entry(stranger, 'Notes')).toMatch(/Notes Told/);
      server.clock.advance(HOUR + 1_000);
      await stranger.open(receipt);
      expect([stranger.page.status, stranger.page.text]).toEqual([
        200,
        expect.stringContaining('Nothing to show here'),
      ]);
      expect(stranger.page.text).not.toContain('Notes');
    });

    it('in the language and on the clock that the account had chosen, although nobody is signed in any more', async () => {
      const { person, account } = await newcomer();
      await server.app
        .get(EntityManager)
        .fork()
        .nativeUpdate(Account, { id: account.id }, { locale: 'de', timeZone: 'Asia/Kathmandu' });
      const browser = await signedIn(person);
      await use(browser, 'calendar');
      await browser.open('/dashboard/sign-out-everywhere');
      await browser.press('submit');
      const line = entry(browser, 'Third-party Calendar');
      const hour = new Intl.DateTimeFormat('de', { timeStyle: 'short', timeZone: 'Asia/Kathmandu' });
      const until = hour.format(server.clock.now().getTime() + HOUR);
      expect(line).toContain('Ein Token, das sie hat, kann gültig sein bis:');
      expect(line).toMatch(new RegExp(`${until.slice(0, 3)}\\d\\d GMT\\+5:45`));
    });

    it('and goes on trying to tell one that is away, which the receipt says', async () => {
      const { person } = await newcomer();
      const browser = await signedIn(person);
      await use(browser, 'photos');
      listener.status = 503;
      await browser.open('/dashboard/sign-out-everywhere');
      await browser.press('submit');
      const receipt = browser.page.path;
      const isWaiting = async () => {
        await browser.open(receipt);
        return entry(browser, 'Photos').includes('Not reached yet');
      };
      await until(isWaiting);
      expect(entry(browser, 'Photos')).toMatch(/Not reached yet .* We try again: .*\d:\d\d/);
      expect(entry(browser, 'Photos')).toContain('A token it holds may be valid until');
      listener.status = 200;
      server.clock.advance(5_000);
      await until(async () => {
        await server.app.get(LogoutDelivery).run();
        await browser.click('reload');
        return entry(browser, 'Photos').includes('Told');
      });
      expect(entry(browser, 'Photos')).toContain('It knows that you are signed out');
      expect(browser.page.html.getElementById('reload')).toBeNull();
    });

    it('also where there was no application to tell', async () => {
      const { person } = await newcomer();
      const browser = await signedIn(person);
      await browser.open('/dashboard/sign-out-everywhere');
      await browser.press('submit');
      expect(browser.page.path).toBe('/signed-out/everywhere');
      expect(browser.page.text).toContain('There was no application to tell');
      expect(await isSignedIn(browser)).toBe(false);
    });

    it('and has no page for what is no receipt', async () => {
      const browser = new Browser(server);
      for (const id of ['x', 'A'.repeat(23), '..%2f..%2fetc', "'%20OR%20''='"]) {
        await browser.open(`/signed-out/${id}`);
        expect([id, browser.page.status]).toEqual([id, 404]);
      }
      await browser.open(`/signed-out/${'A'.repeat(22)}`);
      expect(browser.page.text).toContain('Nothing to show here');
    });
  });
});
