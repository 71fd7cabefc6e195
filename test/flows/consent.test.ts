import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

describe('consent', () => {
  const person = bea();
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPerson(person);
  });
  afterAll(() => server.stop());

  async function askedBy(application: Application, extra: Record<string, string> = {}): Promise<Browser> {
    const browser = new Browser(server);
    await browser.open(application.authorizationUrl(extra));
    await browser.enterPassword(person);
    return browser;
  }

  it('is asked for by a third party, in plain words, with its own links', async () => {
    const calendar = new Application(server, 'calendar');
    const browser = await askedBy(calendar);
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.text).toContain('Third-party Calendar');
    expect(browser.page.text).toContain('e-mail address');
    expect(browser.page.html.querySelector('a[href="https://calendar.example/privacy"]')).not.toBeNull();
    await browser.press('submit');
    const { claims } = await calendar.redeem(calendar.codeFrom(browser));
    expect(claims['email']).toBe('bea@example.org');

    // The same again in this session asks nothing; more than before does.
    await browser.open(calendar.authorizationUrl());
    calendar.codeFrom(browser);
    await browser.open(calendar.authorizationUrl({ scope: 'openid profile email offline_access' }));
    expect(browser.page.path).toMatch(/\/consent$/);

    // Nor is it asked again in the next session, whether this one ended by signing out or not.
    await browser.open('/dashboard');
    await browser.press('sign-out');
    calendar.codeFrom(await askedBy(calendar));
    expect((await askedBy(calendar, { scope: 'openid profile email offline_access' })).page.path).toMatch(
      /\/consent$/,
    );
    expect((await askedBy(calendar, { prompt: 'consent' })).page.path).toMatch(/\/consent$/);
  });

  it('of one person is not that of another', async () => {
    const other = { ...bea(), username: 'bea-too', email: 'bea-too@example.org' };
    await server.addPerson(other);
    const browser = new Browser(server);
    await browser.open(new Application(server, 'calendar').authorizationUrl());
    await browser.enterPassword(other);
    expect(browser.page.path).toMatch(/\/consent$/);
  });

  it('refused, sends the person back with access_denied and nothing else', async () => {
    const calendar = new Application(server, 'calendar');
    const browser = await askedBy(calendar, { prompt: 'consent' });
    await browser.press('cancel');
    expect(browser.sentTo!.searchParams.get('error')).toBe('access_denied');
    expect(browser.sentTo!.searchParams.get('state')).toBe(calendar.state);
    expect(browser.sentTo!.searchParams.get('code')).toBeNull();
  });

  it('covers only what was shown', async () => {
    const calendar = new Application(server, 'calendar');
    const browser = await askedBy(calendar, { scope: 'openid', prompt: 'consent' });
    await browser.press('submit');
    const { claims, access_token: token } = await calendar.redeem(calendar.codeFrom(browser));
    expect(claims).not.toHaveProperty('email');
    expect((await calendar.userinfo(token!)).body).not.toHaveProperty('email');
  });

  it('is not asked for by applications of the house, not even for offline access', async () => {
    const notes = new Application(server, 'notes');
    const browser = await askedBy(notes, { scope: 'openid offline_access' });
    expect((await notes.redeem(notes.codeFrom(browser))).refresh_token).toBeTruthy();
    expect(browser.visited.some((path) => path.endsWith('/consent'))).toBe(false);
  });

  it('can be refused before signing in, too', async () => {
    const notes = new Application(server, 'notes');
    const browser = new Browser(server);
    await browser.open(notes.authorizationUrl());
    await browser.press('cancel');
    expect(browser.sentTo!.searchParams.get('error')).toBe('access_denied');
  });
});
