import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { PasswordHashes } from '../../src/users/password-hash.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { routesOf, type Route } from '../support/routes.js';
import { TestServer } from '../support/server.js';

/** What each route of the account pages takes. A new route has to be entered here. */
const NEEDS = {
  'GET /dashboard': 'a session',
  'GET /dashboard/return': 'nothing',
  'POST /dashboard/sign-out': 'nothing',
  'GET /dashboard/sign-out-everywhere': 'a session',
  'POST /dashboard/sign-out-everywhere': 'a session',
  'GET /dashboard/profile': 'a session',
  'POST /dashboard/profile': 'a session',
  'GET /dashboard/details': 'a session',
  'POST /dashboard/details': 'a session',
  'POST /dashboard/profile/picture': 'a session',
  'POST /dashboard/profile/picture/remove': 'a session',
  'GET /dashboard/email': 'a recent sign-in at full level',
  'POST /dashboard/email': 'a recent sign-in at full level',
  'POST /dashboard/email/confirm': 'a session',
  'GET /dashboard/password': 'a recent sign-in at full level',
  'POST /dashboard/password': 'a recent sign-in at full level',
  'GET /dashboard/password/remove': 'a recent sign-in at full level',
  'POST /dashboard/password/remove': 'a recent sign-in at full level',
  'GET /dashboard/second-factor': 'a session',
  'POST /dashboard/second-factor/cancel-recovery': 'a session',
  'GET /dashboard/second-factor/set-up': 'a recent sign-in at full level',
  'POST /dashboard/second-factor/set-up': 'a recent sign-in at full level',
  'GET /dashboard/second-factor/passkeys/new': 'a recent sign-in at full level',
  'POST /dashboard/second-factor/passkeys/new': 'a recent sign-in at full level',
  'POST /dashboard/second-factor/:kind/rename': 'a recent sign-in at full level',
  'GET /dashboard/second-factor/:kind/remove': 'a recent sign-in at full level',
  'POST /dashboard/second-factor/:kind/remove': 'a recent sign-in at full level',
  'GET /dashboard/second-factor/backup-codes': 'a session',
  'POST /dashboard/second-factor/backup-codes': 'a session',
  'POST /dashboard/second-factor/backup-codes/new': 'a recent sign-in at full level',
  'GET /dashboard/second-factor/turn-off': 'a recent sign-in at full level',
  'POST /dashboard/second-factor/turn-off': 'a recent sign-in at full level',
  'GET /dashboard/devices': 'a session',
  'POST /dashboard/devices/forget': 'a session',
  'POST /dashboard/devices/forget-all': 'a session',
  'GET /dashboard/sessions': 'a session',
  'POST /dashboard/sessions/end': 'a session',
  'POST /dashboard/sessions/end-others': 'a session',
  'GET /dashboard/applications': 'a session',
  'GET /dashboard/applications/revoke': 'a session',
  'POST /dashboard/applications/revoke': 'a session',
  'GET /dashboard/approvals': 'a session',
  'POST /dashboard/approvals/approve': 'a recent sign-in at full level',
  'POST /dashboard/approvals/refuse': 'a session',
  'GET /dashboard/activity': 'a session',
  'GET /dashboard/export': 'a recent sign-in at full level',
  'POST /dashboard/export': 'a recent sign-in at full level',
  'GET /dashboard/delete': 'a recent sign-in at full level',
  'POST /dashboard/delete': 'a recent sign-in at full level',
  'GET /dashboard/keep': 'a session',
  'POST /dashboard/keep': 'a session',
};
type Need = (typeof NEEDS)[keyof typeof NEEDS];

describe('the account pages, opened with less of a session than they need', () => {
  let server: TestServer;
  let routes: Route[];

  beforeAll(async () => {
    server = await TestServer.start();
    routes = routesOf(server).filter(({ path }) => path.startsWith('/dashboard'));
  });
  afterAll(() => server.stop());

  const needing = (...needs: Need[]) =>
    routes.filter(({ method, path }) => needs.includes(NEEDS[`${method} ${path}` as keyof typeof NEEDS]));

  /** Sends everything that could be right to every route, and tells where each of them led. */
  async function tryAll(browser: Browser, person: Person, among: Route[]): Promise<string[]> {
    const code = person.authenticator?.code(server.clock.now(), 1) ?? '000000';
    const led: string[] = [];
    for (const { method, path } of among) {
      const { status, headers } = await browser.once(method, path, {
        _csrf: browser.formToken,
        ...(path.endsWith('/password') ? { current: person.password, password: 'quite another secret' } : {}),
        ...(path.endsWith('/set-up') ? { code } : {}),
        ...(path.endsWith('/backup-codes') ? { code: person.backupCodes?.[0] ?? '' } : {}),
      });
      const location = String(headers['location'] ?? '');
      const demand = new URL(location, server.url).searchParams;
      led.push(
        location.startsWith('/oidc/auth?client_id=gatehouse-dashboard')
          ? `asks for ${demand.get('acr_values') ?? 'a sign-in'}, max_age ${demand.get('max_age') ?? 'any'}`
          : `${status} ${location}`,
      );
    }
    return led;
  }
  const everyOne = (routes: Route[], led: string) => routes.map(() => led);

  async function nothingHasChanged(person: Person): Promise<void> {
    const account = (await server.app.get(Accounts).findByIdentifier(person.username))!;
    const hashes = server.app.get(PasswordHashes);
    expect(await hashes.matches(account.passwordHash, person.password)).toBe(true);
    const { authenticators, backupCodes } = await server.app.get(SecondFactors).enrolled(account.id);
    expect([authenticators.length > 0, backupCodes.left]).toEqual(
      person.authenticator ? [true, 10] : [false, 0],
    );
  }

  it('knows every route', () => {
    expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(Object.keys(NEEDS).sort());
  });

  it('without a session each asks for a sign-in', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.open('/register');
    const closed = needing('a session', 'a recent sign-in at full level');
    expect(closed.length).toBeGreaterThan(10);
    expect(await tryAll(browser, person, closed)).toEqual(
      everyOne(closed, 'asks for a sign-in, max_age any'),
    );
    await nothingHasChanged(person);
  });

  it('the return address of the sign-in makes no session, whatever it is told', async () => {
    const browser = new Browser(server);
    for (const query of [
      'code=anything',
      'state=/dashboard/password',
      'code[]=a&state=https://evil.example',
      '',
    ]) {
      const page = await browser.open(`/dashboard/return?${query}`);
      expect(page.path).toMatch(/^\/interaction\/.+\/password$/);
    }
  });

  it('with one factor, while the account has two, each change asks for the second', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    // The session in which the authenticator was set up proved a password only.
    await browser.signInAndEnrol(person);
    expect(browser.page.path).toBe('/dashboard?done=second-factor-on');
    const changes = needing('a recent sign-in at full level');
    expect(await tryAll(browser, person, changes)).toEqual(
      everyOne(changes, 'asks for urn:gatehouse:acr:2fa, max_age 600'),
    );
    await nothingHasChanged(person);

    await browser.open('/dashboard/second-factor/turn-off');
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    expect(browser.page.path).toBe('/dashboard/second-factor/turn-off');
  });

  it('signed in too long ago, each change asks for everything again', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    server.clock.advance(10 * 60_000 + 1000);
    const changes = needing('a recent sign-in at full level');
    expect(await tryAll(browser, person, changes)).toEqual(
      everyOne(changes, 'asks for urn:gatehouse:acr:2fa, max_age 600'),
    );
    await nothingHasChanged(person);

    await browser.open('/dashboard/password');
    expect(browser.page.path).toMatch(/\/password$/);
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    expect(browser.page.path).toBe('/dashboard/password');
  });

  it('somebody else signing in on the way does not act for the first person', async () => {
    const [first, second] = [somebody(), somebody()];
    await addEnrolled(server, first);
    await addEnrolled(server, second);
    const browser = new Browser(server);
    await browser.signIn(first);
    server.clock.advance(11 * 60_000);
    await browser.open('/dashboard/second-factor/turn-off');
    await browser.enterPassword(second);
    await browser.enterTotp(second);
    expect(browser.page.path).toBe('/dashboard/second-factor/turn-off');
    await browser.open('/dashboard');
    expect(browser.page.text).toContain(second.email);
    expect(browser.page.text).not.toContain(first.email);
    await nothingHasChanged(first);
  });
});
