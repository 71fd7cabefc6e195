import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { uidOf } from '../support/half-finished.js';
import { TestServer } from '../support/server.js';

const SESSION = 'gatehouse_session';

describe('cookies that an attacker knows, because he stole them or planted them', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('a session that was there before the sign-in is not the one afterwards', async () => {
    const [attacker, victim] = [somebody(), somebody()];
    await server.addPerson(attacker);
    await server.addPerson(victim);
    const attackersBrowser = new Browser(server);
    await attackersBrowser.signIn(attacker);
    const planted = attackersBrowser.cookies()[SESSION];

    const victimsBrowser = new Browser(server);
    victimsBrowser.takeCookies(attackersBrowser);
    server.clock.advance(1000);
    await victimsBrowser.open(new Application(server, 'notes').authorizationUrl({ prompt: 'login' }));
    await victimsBrowser.enterPassword(victim);

    expect(victimsBrowser.cookies()[SESSION]).not.toBe(planted);
    expect((await victimsBrowser.open('/dashboard')).text).toContain(victim.email);
    expect((await attackersBrowser.open('/dashboard')).text).not.toContain(victim.email);
  });

  it('the session changes its name when it becomes stronger, and the old name is dead', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    const thief = new Browser(server);
    thief.takeCookies(browser);
    expect((await thief.open('/dashboard')).path).toBe('/dashboard');
    const stolen = browser.cookies()[SESSION];

    await browser.open(new Application(server, 'bank').authorizationUrl());
    expect(browser.page.path).toMatch(/\/enrol$/);
    await browser.setUpAuthenticator(person);
    await browser.typeBackupCodeBack();
    expect(browser.sentTo!.searchParams.get('code')).not.toBeNull();

    expect(browser.cookies()[SESSION]).not.toBe(stolen);
    expect((await thief.open('/dashboard')).path).toMatch(/\/password$/);
    expect((await browser.open('/dashboard')).path).toBe('/dashboard');
  });

  it('a planted interaction is not open to the one who planted it once the victim has begun to sign in', async () => {
    const victim = somebody();
    await addEnrolled(server, victim);
    const attackersBrowser = new Browser(server);
    await attackersBrowser.open(new Application(server, 'notes').authorizationUrl());
    const uid = uidOf(attackersBrowser);

    const victimsBrowser = new Browser(server);
    for (const path of ['/', `/interaction/${uid}`, `/oidc/auth/${uid}`])
      victimsBrowser.takeCookies(attackersBrowser, path);
    await victimsBrowser.open(`/interaction/${uid}`);
    await victimsBrowser.enterPassword(victim);
    expect(victimsBrowser.page.path).toMatch(/\/totp$/);

    // The second factor would be asked of him as well, but not even the first one was his.
    const peeked = await attackersBrowser.open(`/interaction/${uid}`);
    expect(peeked.path).not.toMatch(/\/totp$/);

    // The victim goes on, and he is faster than her browser on its way back.
    server.clock.advance(30_000);
    const { path, fields } = victimsBrowser.form('submit', {
      code: victim.authenticator!.code(server.clock.now()),
    });
    await victimsBrowser.once('POST', path, fields);
    await attackersBrowser.open(`/interaction/${uid}`);
    expect(attackersBrowser.sentTo?.searchParams.get('code') ?? 'no code').toBe('no code');
    expect((await attackersBrowser.open('/dashboard')).text).not.toContain(victim.email);
  });

  it('a planted interaction does not let its owner enrol an authenticator of his for the victim', async () => {
    const victim = somebody();
    await server.addPerson(victim);
    const attackersBrowser = new Browser(server);
    await attackersBrowser.open(new Application(server, 'bank').authorizationUrl());
    const uid = uidOf(attackersBrowser);

    const victimsBrowser = new Browser(server);
    for (const path of ['/', `/interaction/${uid}`, `/oidc/auth/${uid}`])
      victimsBrowser.takeCookies(attackersBrowser, path);
    await victimsBrowser.open(`/interaction/${uid}`);
    await victimsBrowser.enterPassword(victim);
    expect(victimsBrowser.page.path).toMatch(/\/enrol$/);

    const peeked = await attackersBrowser.open(`/interaction/${uid}/enrol`);
    expect(peeked.html.toString()).not.toContain('otpauth:');
  });

  it('a planted browser cookie does not buy further guesses at the victim’s password', async () => {
    const victim = somebody();
    await server.addPerson(victim);
    const attackersBrowser = new Browser(server);
    await attackersBrowser.open('/register');
    const victimsBrowser = new Browser(server);
    victimsBrowser.takeCookies(attackersBrowser);
    await victimsBrowser.signIn(victim);

    await attackersBrowser.open(new Application(server, 'notes').authorizationUrl());
    const stranger = new Browser(server);
    await stranger.open(new Application(server, 'notes').authorizationUrl());
    // Too long to be a password: it counts, and costs no hash.
    const wrong = { username: victim.username, password: 'x'.repeat(129) };
    for (let n = 0; n < 10; n++) await stranger.press('submit', wrong);
    expect((await stranger.press('submit', wrong)).status).toBe(429);
    expect((await attackersBrowser.press('submit', wrong)).status).toBe(429);
  });

  it('cookies of his own making are worth nothing', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signIn(person);
    const session = browser.cookies()[SESSION]!;
    for (const forged of [
      // Unsigned, signed with another's signature, and one that nobody was ever given.
      { [SESSION]: session },
      { [SESSION]: session, [`${SESSION}.sig`]: 'A'.repeat(27) },
      { [SESSION]: 'A'.repeat(43), [`${SESSION}.sig`]: browser.cookies()[`${SESSION}.sig`]! },
    ]) {
      const stranger = new Browser(server, {
        Cookie: Object.entries(forged)
          .map(([name, value]) => `${name}=${value}`)
          .join('; '),
      });
      expect((await stranger.once('GET', '/dashboard')).status).toBe(303);
    }
  });
});
