import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Sql } from '../../src/database/sql.js';
import { ConnectedApplications } from '../../src/oidc/sessions/connected-applications.service.js';
import { LogoutNotices } from '../../src/oidc/sessions/logout-notices.service.js';
import { SessionList } from '../../src/oidc/sessions/session-list.service.js';
import { Sessions } from '../../src/oidc/sessions/sessions.service.js';
import { Application, type Tokens } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const MINUTE = 60_000;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

describe('the sessions of a person', () => {
  let server: TestServer;
  let list: SessionList;
  beforeAll(async () => {
    server = await TestServer.start();
    list = server.app.get(SessionList);
  });
  afterAll(() => server.stop());

  async function newcomer(): Promise<{ person: Person; accountId: string }> {
    const person = somebody();
    return { person, accountId: (await server.addPerson(person)).id };
  }

  async function signIn(person: Person, userAgent = FIREFOX): Promise<Browser> {
    const browser = new Browser(server, { 'User-Agent': userAgent });
    await browser.signIn(person);
    return browser;
  }

  async function use(
    browser: Browser,
    id: 'notes' | 'calendar',
    offline = false,
  ): Promise<Tokens & { application: Application }> {
    const application = new Application(server, id);
    await browser.open(
      application.authorizationUrl(offline ? { scope: 'openid offline_access', prompt: 'consent' } : {}),
    );
    if (!browser.sentTo) await browser.press('submit');
    return { ...(await application.redeem(application.codeFrom(browser))), application };
  }

  /** A request of a browser's, for what has no page here. */
  const requestOf = (browser: Browser) => {
    const req = new IncomingMessage(new Socket());
    req.headers.cookie = Object.entries(browser.cookies('/'))
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const res = Object.assign(new ServerResponse(req), { clearCookie: () => undefined });
    return [req as Request, res as unknown as Response] as const;
  };
  const uidOf = async (browser: Browser) =>
    (await server.app.get(Sessions).current(...requestOf(browser)))!.sessionUid;
  const isSignedIn = async (browser: Browser) => (await browser.once('GET', '/dashboard')).status === 200;

  it('are listed with browser, address, times and applications; this one first', async () => {
    const { person, accountId } = await newcomer();
    const before = server.clock.now().getTime();
    const laptop = await signIn(person);
    await use(laptop, 'notes');
    server.clock.advance(10 * MINUTE);
    const phone = await signIn(person, IPHONE);
    await use(phone, 'calendar');

    const sessions = await list.of(accountId, await uidOf(laptop));
    expect(sessions.map(({ current, browser, applications }) => [current, browser, applications])).toEqual([
      [true, 'Firefox on Linux', ['Notes']],
      [false, 'Safari on iPhone', ['Third-party Calendar']],
    ]);
    expect(sessions[0]!.address).toMatch(/127\.0\.0\.1|::1/);
    // auth_time has whole seconds.
    expect(Math.abs(sessions[0]!.startedAt - before)).toBeLessThan(3_000);
    expect(Math.abs(sessions[0]!.lastUsedAt - before)).toBeLessThan(3_000);
    expect(sessions[1]!.startedAt).toBeGreaterThanOrEqual(before + 9 * MINUTE);
    expect(sessions[1]!.lastUsedAt).toBeGreaterThanOrEqual(before + 10 * MINUTE);
  });

  it('are written down once a minute at most, at the provider as on our own pages', async () => {
    const { person, accountId } = await newcomer();
    const browser = await signIn(person);
    const lastUsed = async () => (await list.of(accountId, ''))[0]!.lastUsedAt;
    const first = await lastUsed();
    await browser.open('/dashboard');
    await use(browser, 'notes');
    expect(await lastUsed()).toBe(first);
    for (const again of [() => browser.open('/dashboard'), () => use(browser, 'notes')]) {
      const before = await lastUsed();
      server.clock.advance(MINUTE);
      await again();
      expect(await lastUsed()).toBeGreaterThanOrEqual(before + MINUTE);
    }
  });

  it('are listed while they live, and cleaned up afterwards', async () => {
    const { person, accountId } = await newcomer();
    const browser = await signIn(person);
    server.clock.advance(50 * MINUTE);
    await signIn(person);
    server.clock.advance(20 * MINUTE);
    expect(await list.of(accountId, '')).toHaveLength(1);
    expect(await isSignedIn(browser)).toBe(false);
    await list.removeExpired(100);
    const rows = await server.app
      .get(Sql)
      .rows('SELECT uid FROM browser_session WHERE account_id = ?', accountId);
    expect(rows).toHaveLength(1);
  });

  it('are ended one by one, with everything that was issued in them', async () => {
    const { person, accountId } = await newcomer();
    const [here, there] = [await signIn(person), await signIn(person, IPHONE)];
    const [kept, ended] = [await use(here, 'calendar', true), await use(there, 'calendar', true)];
    const [, other] = await list.of(accountId, await uidOf(here));

    expect(await list.end(accountId, other!.id)).toMatch(/^[\w-]{22}$/);
    expect(await list.end(accountId, other!.id)).toBeUndefined();
    expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([true, false]);
    expect((await ended.application.userinfo(ended.access_token!)).status).toBe(401);
    expect((await ended.application.refresh(ended.refresh_token!)).status).toBe(400);
    expect((await kept.application.userinfo(kept.access_token!)).status).toBe(200);
    expect((await kept.application.refresh(kept.refresh_token!)).status).toBe(200);
    expect(await list.of(accountId, await uidOf(here))).toHaveLength(1);
  });

  it('are not outlived by a token that is renewed at the very moment of their end', async () => {
    for (let round = 0; round < 5; round++) {
      const { person, accountId } = await newcomer();
      const browser = await signIn(person);
      const { application, refresh_token } = await use(browser, 'calendar', true);
      const [session] = await list.of(accountId, '');
      const [renewed] = await Promise.all([
        application.refresh(refresh_token!),
        list.end(accountId, session!.id),
      ]);
      if (renewed.status !== 200) continue;
      expect((await application.userinfo(renewed.access_token!)).status).toBe(401);
      expect((await application.refresh(renewed.refresh_token!)).status).toBe(400);
    }
  });

  it('are ended all but this one, which keeps what was issued in it', async () => {
    const { person, accountId } = await newcomer();
    const [here, there, alsoThere] = [await signIn(person), await signIn(person), await signIn(person)];
    const [kept, ended] = [await use(here, 'calendar', true), await use(there, 'calendar', true)];
    await list.endOthers(accountId, await uidOf(here));
    expect(await Promise.all([here, there, alsoThere].map(isSignedIn))).toEqual([true, false, false]);
    expect((await ended.application.refresh(ended.refresh_token!)).status).toBe(400);
    expect((await kept.application.refresh(kept.refresh_token!)).status).toBe(200);
  });

  it('are ended everywhere, this one too; the receipt can be read without a session, for an hour', async () => {
    const { person } = await newcomer();
    const [here, there] = [await signIn(person), await signIn(person)];
    const tokens = [await use(here, 'calendar', true), await use(there, 'notes', true)];
    const receiptId = await server.app.get(Sessions).signOutEverywhere(...requestOf(here));
    expect(await Promise.all([here, there].map(isSignedIn))).toEqual([false, false]);
    for (const { application, refresh_token } of tokens)
      expect((await application.refresh(refresh_token!)).status).toBe(400);

    const notices = server.app.get(LogoutNotices);
    const receipt = await notices.receiptOf(receiptId!);
    expect(receipt.map(({ client, state }) => [client.name, state])).toEqual([
      ['Third-party Calendar', 'cannot'],
      ['Notes', 'cannot'],
    ]);
    for (const { tokenUntil } of receipt) {
      expect(tokenUntil).toBeGreaterThan(server.clock.now().getTime() + 59 * MINUTE);
      expect(tokenUntil).toBeLessThanOrEqual(server.clock.now().getTime() + 60 * MINUTE);
    }
    server.clock.advance(61 * MINUTE);
    expect(await notices.receiptOf(receiptId!)).toEqual([]);
    expect(await server.app.get(Sessions).signOutEverywhere(...requestOf(here))).toBeUndefined();
  });

  describe('and the applications they have let in', () => {
    const connectedTo = async (accountId: string) =>
      (await server.app.get(ConnectedApplications).of(accountId)).map(({ clientId, scopes, firstParty }) => [
        clientId,
        scopes.sort().join(' '),
        firstParty,
      ]);

    it('are listed with what they may do, without the account pages', async () => {
      const { person, accountId } = await newcomer();
      const browser = await signIn(person);
      expect(await connectedTo(accountId)).toEqual([]);
      const before = server.clock.now().getTime();
      await use(browser, 'notes');
      await use(browser, 'calendar');
      // In another session it has a grant of its own: it is one application all the same.
      await use(await signIn(person), 'calendar');
      expect(await connectedTo(accountId)).toEqual([
        ['notes', 'email openid profile', true],
        ['calendar', 'email openid profile', false],
      ]);
      const [notes] = await server.app.get(ConnectedApplications).of(accountId);
      expect(Math.abs(notes!.since - before)).toBeLessThan(3_000);
    });

    it('lose everything when it is taken back, in every session, and have to ask again', async () => {
      const { person, accountId } = await newcomer();
      const [here, there] = [await signIn(person), await signIn(person)];
      const given = [await use(here, 'calendar', true), await use(there, 'calendar', true)];
      const kept = await use(here, 'notes');
      expect(await server.app.get(ConnectedApplications).revoke(accountId, 'calendar')).toMatch(
        /^[\w-]{22}$/,
      );
      expect(await server.app.get(ConnectedApplications).revoke(accountId, 'calendar')).toBeUndefined();

      for (const { application, access_token, refresh_token } of given) {
        expect((await application.userinfo(access_token!)).status).toBe(401);
        expect((await application.refresh(refresh_token!)).status).toBe(400);
      }
      expect((await kept.application.userinfo(kept.access_token!)).status).toBe(200);
      expect((await connectedTo(accountId)).map(([id]) => id)).toEqual(['notes']);
      expect((await list.of(accountId, ''))[0]!.applications).not.toContain('Third-party Calendar');
      for (const browser of [here, there, await signIn(person)]) {
        expect(await isSignedIn(browser)).toBe(true);
        await browser.open(new Application(server, 'calendar').authorizationUrl());
        expect(browser.page.path).toMatch(/\/consent$/);
      }
      // Asked again, the person can say yes again.
      const again = await use(here, 'calendar');
      expect((await again.application.userinfo(again.access_token!)).status).toBe(200);
    });

    it('that are the house’s own are let in again without asking', async () => {
      const { person, accountId } = await newcomer();
      const browser = await signIn(person);
      const before = await use(browser, 'notes');
      await server.app.get(ConnectedApplications).revoke(accountId, 'notes');
      expect((await before.application.userinfo(before.access_token!)).status).toBe(401);
      const after = await use(browser, 'notes');
      expect((await after.application.userinfo(after.access_token!)).status).toBe(200);
    });
  });
});
