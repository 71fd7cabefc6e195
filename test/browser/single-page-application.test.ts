import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { stringify } from 'yaml';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';
import { Chromium } from './chromium.js';
import { Pointer } from './hands.js';
import { OpenPage, SinglePageApplication } from './single-page-application.js';
import { Window } from './window.js';

/** Seconds. The library renews a minute before the end, so a second or two after the beginning. */
const BRIEF = 62;

describe('a single-page application made with oidc-client-ts', () => {
  let server: TestServer;
  let chromium: Chromium;
  let refreshing: SinglePageApplication;
  let framing: SinglePageApplication;
  let foreign: SinglePageApplication;
  let window: Window;
  let page: OpenPage;
  const person = somebody();

  beforeAll(async () => {
    const scope = 'openid profile email';
    refreshing = await SinglePageApplication.listen('refreshing', 'localhost', {
      scope: `${scope} offline_access`,
      access_token_lifetime: BRIEF,
    });
    framing = await SinglePageApplication.listen('framing', 'localhost', {
      scope,
      access_token_lifetime: BRIEF,
    });
    foreign = await SinglePageApplication.listen('foreign', '127.0.0.1', { scope });
    const applications = [refreshing, framing, foreign];
    server = await TestServer.start({
      clients: stringify({
        clients: applications.map(({ client }) => ({ ...client, first_party: true })),
      }),
    });
    for (const application of applications) application.connect(server.url);
    await addEnrolled(server, person);
    chromium = await Chromium.launch(server);
  });
  afterAll(async () => {
    await chromium.close();
    await server.stop();
    for (const application of [refreshing, framing, foreign]) await application.close();
  });

  async function openIn(application: SinglePageApplication): Promise<void> {
    window = await chromium.window();
    page = new OpenPage(window);
    await window.open(application.url);
    await page.shows('Nobody');
  }

  async function signIn(): Promise<void> {
    await page.leaveBy('signinRedirect');
    await window.signIn(person);
    await window.submit({ code: nextCode() });
    await page.shows(`Hello ${person.username}`);
  }

  /** Each code works once, so time passes first. */
  function nextCode(): string {
    server.clock.advance(30_000);
    return person.authenticator!.code(server.clock.now());
  }

  it('signs in with TOTP, renews by itself with its refresh token, reads userinfo, and signs out', async () => {
    await openIn(refreshing);
    await signIn();
    const first = (await page.person)!;
    expect(first.profile).toMatchObject({ email: person.email });
    // The library keeps this claim out of the profile.
    expect(decodeJwt(first.id_token)).toMatchObject({ acr: 'urn:gatehouse:acr:2fa' });

    const second = await page.renewed(first);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.profile['sub']).toBe(first.profile['sub']);
    expect(await page.userinfo()).toMatchObject({ preferred_username: person.username });

    await page.leaveBy('signoutRedirect');
    await window.press('submit');
    await page.shows('Nobody');
    expect(new URL(window.page.url()).origin).toBe(refreshing.url);
    await page.leaveBy('signinRedirect');
    expect(window.path).toMatch(/\/password$/);
    expect(window.complaints).toEqual([]);
    await window.close();
  });

  it('renews by itself in a frame of which nothing is seen, for as long as the session lives', async () => {
    await openIn(framing);
    await signIn();
    const first = (await page.person)!;
    expect(first.refresh_token).toBeUndefined();
    const second = await page.renewed(first);
    expect(second.profile).toMatchObject({ sub: first.profile['sub'] });
    expect(decodeJwt(second.id_token)).toMatchObject({ acr: 'urn:gatehouse:acr:2fa' });
    expect(window.complaints).toEqual([]);

    await window.page.context().clearCookies();
    expect(await page.refusal()).toBe('login_required');
    await window.close();
  });

  it('of another site gets no cookie of ours in a frame, and is told that the person has to sign in', async () => {
    await openIn(foreign);
    await signIn();
    expect(await page.refusal()).toBe('login_required');
    // In a window there is the session, and nothing to ask.
    await page.leaveBy('signinRedirect');
    await page.shows(`Hello ${person.username}`);
    await window.close();
  });

  it('signs in in a window of its own, which our headers cut off from the page that opened it', async () => {
    await openIn(framing);
    const popup = new Window(await page.popUp(), server, new Pointer());
    await popup.signIn(person);
    await popup.type('code', nextCode());
    await popup.page.locator('#submit').click({ noWaitAfter: true });
    await page.shows(`Hello ${person.username}`);
    await window.close();
  });
});
