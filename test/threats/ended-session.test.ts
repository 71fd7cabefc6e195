import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { answered, uidOf, type HalfFinished } from '../support/half-finished.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const MINUTE = 60_000;

/** Everything that one sign-in leaves behind: a session, and an application's tokens. */
interface SignedIn {
  readonly browser: Browser;
  readonly application: Application;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly idToken: string;
}

describe('a session that has ended', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const newcomer = async (): Promise<Person> => {
    const person = somebody();
    await addEnrolled(server, person);
    return person;
  };

  async function signIn(person: Person): Promise<SignedIn> {
    const browser = new Browser(server);
    await browser.signIn(person);
    const application = new Application(server, 'calendar');
    await browser.open(application.authorizationUrl({ scope: 'openid offline_access', prompt: 'consent' }));
    await browser.press('submit');
    const tokens = await application.redeem(application.codeFrom(browser));
    return {
      browser,
      application,
      accessToken: tokens.access_token!,
      refreshToken: tokens.refresh_token!,
      idToken: tokens.id_token!,
    };
  }

  /** Which of the things are still good for something. The refresh token is tried last: that uses it up. */
  async function alive({ browser, application, accessToken, refreshToken }: SignedIn): Promise<string[]> {
    const account = await browser.once('GET', '/dashboard');
    const sso = await browser.open(new Application(server, 'notes').authorizationUrl({ prompt: 'none' }));
    const userinfo = await application.userinfo(accessToken);
    const refreshed = await application.refresh(refreshToken);
    return [
      ...(account.status === 200 ? ['account pages'] : []),
      ...(sso && browser.sentTo?.searchParams.has('code') ? ['single sign-on'] : []),
      ...(userinfo.status === 200 ? ['access token'] : []),
      ...(refreshed.status === 200 ? ['refresh token'] : []),
    ];
  }
  const EVERYTHING = ['account pages', 'single sign-on', 'access token', 'refresh token'];

  /** What the owner does in a browser of her own, after signing in there. */
  const ELSEWHERE: Record<string, (browser: Browser, person: Person) => Promise<unknown>> = {
    'the password is changed': async (browser, person) => {
      await browser.open('/dashboard/password');
      const changed = 'five patient herons wade';
      await browser.press('submit', { current: person.password, password: changed });
      expect(browser.page.path).toBe('/dashboard?done=password-changed');
      person.password = changed;
    },
    'the authenticator is replaced': async (browser, person) => {
      await browser.open('/dashboard/second-factor/set-up');
      await browser.setUpAuthenticator(person);
      expect(person.backupCodes).toHaveLength(10);
    },
    'new backup codes are made': async (browser) => {
      await browser.open('/dashboard/second-factor');
      expect((await browser.press('new-codes')).text).toMatch(/[0-9A-Z]{4}-[0-9A-Z]{4}/);
    },
    'the second factor is turned off': async (browser) => {
      await browser.open('/dashboard/second-factor/turn-off');
      await browser.press('submit');
      expect(browser.page.path).toBe('/dashboard?done=second-factor-off');
    },
    'the account is disabled': async (_browser, person) => {
      const accounts = server.app.get(Accounts);
      await accounts.disable((await accounts.findByIdentifier(person.username))!.id);
    },
  };

  for (const [name, act] of Object.entries(ELSEWHERE)) {
    it(`is dead everywhere at once when ${name} elsewhere, its tokens too`, async () => {
      const person = await newcomer();
      const other = await signIn(person);
      expect((await other.browser.once('GET', '/dashboard')).status).toBe(200);
      const owner = new Browser(server);
      await owner.signIn(person);
      await act(owner, person);
      expect(await alive(other)).toEqual([]);
    });

    it(`does not come back through a sign-in that was open when ${name}`, async () => {
      const [stopped, finished] = [await answered(server), await stoppedAfterTheLastProof()];
      for (const { person } of [stopped, finished]) {
        const owner = new Browser(server);
        await owner.signIn(person);
        await act(owner, person);
        // Whoever disabled the account may open it again: what was begun before stays dead.
        const accounts = server.app.get(Accounts);
        await accounts.enable((await accounts.findByIdentifier(person.username))!.id);
      }
      for (const { browser, uid } of [stopped, finished]) {
        await browser.open(`/interaction/${uid}`);
        expect(browser.sentTo?.searchParams.get('code') ?? 'no code').toBe('no code');
        expect((await browser.once('GET', '/dashboard')).status).toBe(303);
      }
    });
  }

  /** The last proof has been accepted; the browser does not follow to the dispatcher. */
  async function stoppedAfterTheLastProof(): Promise<HalfFinished> {
    const person = await newcomer();
    const browser = new Browser(server);
    const application = new Application(server, 'notes');
    await browser.open(application.authorizationUrl());
    await browser.enterPassword(person);
    server.clock.advance(30_000);
    const { path, fields } = browser.form('submit', {
      code: person.authenticator!.code(server.clock.now()),
    });
    expect((await browser.once('POST', path, fields)).status).toBe(303);
    return { browser, person, application, uid: uidOf(browser) };
  }

  it('was signed out on the account pages: a copy of its cookie is worth nothing, other sessions live on', async () => {
    const person = await newcomer();
    const [leaving, staying] = [await signIn(person), await signIn(person)];
    const thief = new Browser(server);
    thief.takeCookies(leaving.browser);
    expect((await thief.once('GET', '/dashboard')).status).toBe(200);

    await leaving.browser.open('/dashboard');
    await leaving.browser.press('sign-out');
    expect(leaving.browser.page.path).toBe('/signed-out');
    expect(await alive({ ...leaving, browser: thief })).toEqual([]);
    expect(await alive(staying)).toEqual(EVERYTHING);
  });

  it('was signed out at an application’s request: offline access ends as well', async () => {
    const session = await signIn(await newcomer());
    const thief = new Browser(server);
    thief.takeCookies(session.browser);
    await session.browser.open(`/oidc/session/end?id_token_hint=${session.idToken}`);
    await session.browser.press('submit');
    expect(await alive({ ...session, browser: thief })).toEqual([]);
  });

  it('was idle for an hour, or is a day old however busy', async () => {
    const browser = new Browser(server);
    await browser.signIn(await newcomer());
    server.clock.advance(59 * MINUTE);
    expect((await browser.once('GET', '/dashboard')).status).toBe(200);
    server.clock.advance(59 * MINUTE);
    expect((await browser.once('GET', '/dashboard')).status).toBe(200);
    server.clock.advance(61 * MINUTE);
    expect((await browser.once('GET', '/dashboard')).status).toBe(303);

    const busy = new Browser(server);
    await busy.signIn(await newcomer());
    const uses = (24 * 60) / 48;
    for (let use = 1; use < uses; use++) {
      server.clock.advance(48 * MINUTE);
      // On our own pages and at the provider alike, using it prolongs it.
      if (use % 2 === 0) expect((await busy.once('GET', '/dashboard')).status).toBe(200);
      else {
        await busy.open(new Application(server, 'notes').authorizationUrl({ prompt: 'none' }));
        expect(busy.sentTo!.searchParams.get('error')).toBeNull();
      }
    }
    server.clock.advance(49 * MINUTE);
    expect((await busy.once('GET', '/dashboard')).status).toBe(303);
    await busy.open(new Application(server, 'notes').authorizationUrl({ prompt: 'none' }));
    expect(busy.sentTo!.searchParams.get('error')).toBe('login_required');
  });
});
