import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const CLAIMS = JSON.stringify({ userinfo: { email: { essential: true } }, id_token: { email: null } });

describe('an application that wants to know more than the person has allowed', () => {
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  async function signedIn(): Promise<Browser> {
    const person = somebody();
    await addEnrolled(server, person);
    browser = new Browser(server);
    await browser.signIn(person);
    return browser;
  }

  async function ask(params: Record<string, string>): Promise<Application> {
    const calendar = new Application(server, 'calendar');
    await browser.open(calendar.authorizationUrl(params));
    return calendar;
  }
  const error = () => browser.sentTo?.searchParams.get('error');

  /** What the application learns with the code that the browser was sent back with. */
  async function learned(calendar: Application): Promise<string[]> {
    const tokens = await calendar.redeem(calendar.codeFrom(browser));
    const { body } = await calendar.userinfo(tokens.access_token!);
    return Object.keys({ ...tokens.claims, ...body });
  }

  it('asks once for a scope, and again for each further one', async () => {
    await signedIn();
    let calendar = await ask({ scope: 'openid' });
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.text).not.toMatch(/e-mail/i);
    await browser.press('submit');
    expect(await learned(calendar)).not.toContain('email');

    calendar = await ask({ scope: 'openid', prompt: 'none' });
    expect(await learned(calendar)).not.toContain('email');

    await ask({ scope: 'openid email', prompt: 'none' });
    expect(error()).toBe('consent_required');
    calendar = await ask({ scope: 'openid email' });
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.text).toMatch(/e-mail/i);
    await browser.press('submit');
    expect(await learned(calendar)).toContain('email');
    // The narrower request stays narrow.
    calendar = await ask({ scope: 'openid', prompt: 'none' });
    expect(await learned(calendar)).not.toContain('email');
  });

  it('gains nothing by a refusal', async () => {
    await signedIn();
    await ask({ scope: 'openid email' });
    await browser.press('cancel');
    expect(error()).toBe('access_denied');
    await ask({ scope: 'openid', prompt: 'none' });
    expect(error()).toBe('consent_required');
  });

  it('cannot hide behind the claims parameter: what it names is asked for in plain words', async () => {
    await signedIn();
    await ask({ scope: 'openid' });
    await browser.press('submit');
    await ask({ scope: 'openid', claims: CLAIMS, prompt: 'none' });
    expect(error()).toBe('consent_required');

    const calendar = await ask({ scope: 'openid', claims: CLAIMS });
    if (!browser.sentTo) {
      expect(browser.page.path).toMatch(/\/consent$/);
      expect(browser.page.text).toMatch(/e-mail/i);
      await browser.press('submit');
    } else expect(await learned(calendar)).not.toContain('email');
  });

  it('gets no refresh token without having asked the person for it', async () => {
    await signedIn();
    await ask({ scope: 'openid' });
    await browser.press('submit');
    await ask({ scope: 'openid offline_access', prompt: 'none' });
    if (error()) expect(error()).toBe('consent_required');
    else {
      const calendar = await ask({ scope: 'openid offline_access', prompt: 'none' });
      expect((await calendar.redeem(calendar.codeFrom(browser))).refresh_token).toBeUndefined();
    }
    await ask({ scope: 'openid offline_access' });
    expect(browser.page.path).toMatch(/\/consent$/);
  });

  it('does not inherit the consent of the person before', async () => {
    await signedIn();
    await ask({ scope: 'openid email' });
    await browser.press('submit');
    expect(browser.sentTo!.searchParams.has('code')).toBe(true);

    const next = somebody();
    await addEnrolled(server, next);
    await ask({ scope: 'openid email', prompt: 'login' });
    await browser.enterPassword(next);
    await browser.enterTotp(next);
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.text).toContain(next.username);
  });

  it('does not get what it is not registered for, nor scopes that nobody knows', async () => {
    await signedIn();
    const calendar = await ask({ scope: 'openid admin gatehouse:everything' });
    if (browser.sentTo) expect(error()).toBe('invalid_scope');
    else {
      expect(browser.page.text).not.toMatch(/admin|everything/);
      await browser.press('submit');
      const tokens = await calendar.redeem(calendar.codeFrom(browser));
      expect(tokens).toMatchObject({ scope: 'openid' });
    }
  });
});
