import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application, type Tokens } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const ONE = 'urn:gatehouse:acr:1fa';
const TWO = 'urn:gatehouse:acr:2fa';
const MINUTE = 60_000;

describe('a session that is weaker, older or somebody else’s than the one an application demands', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const now = () => Math.floor(server.clock.now().getTime() / 1000);
  const error = (browser: Browser) => browser.sentTo?.searchParams.get('error') ?? undefined;

  async function ask(browser: Browser, params: Record<string, string> = {}): Promise<Application> {
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl(params));
    return notes;
  }
  const tokensOf = (application: Application, browser: Browser): Promise<Tokens> =>
    application.redeem(application.codeFrom(browser));

  /** Signed in with the password; an authenticator exists since then. */
  async function oneFactorSession(): Promise<{ browser: Browser; person: Person }> {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server);
    await browser.signInAndEnrol(person);
    server.clock.advance(MINUTE);
    return { browser, person };
  }

  async function twoFactorSession(): Promise<{ browser: Browser; person: Person }> {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    return { browser, person };
  }

  it('is asked for the second factor alone, and says truthfully what was proven when', async () => {
    const { browser, person } = await oneFactorSession();
    const before = await tokensOf(await ask(browser), browser);
    expect(before.claims).toMatchObject({ acr: ONE, amr: ['pwd'] });
    const passwordAt = before.claims['auth_time'] as number;

    server.clock.advance(5 * MINUTE);
    const notes = await ask(browser, { acr_values: TWO });
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    const { claims } = await tokensOf(notes, browser);
    expect(claims).toMatchObject({ acr: TWO, amr: ['pwd', 'otp', 'mfa'] });
    // The older of the two proofs: the session is no fresher than its password.
    expect(Math.abs((claims['auth_time'] as number) - passwordAt)).toBeLessThanOrEqual(1);
  });

  it('is led to enrolment where there is no second factor, by the request or by the client', async () => {
    for (const [client, params] of [
      ['notes', { acr_values: TWO }],
      ['notes', { claims: JSON.stringify({ id_token: { acr: { essential: true, value: TWO } } }) }],
      ['notes', { claims: JSON.stringify({ id_token: { acr: { essential: true, values: [TWO] } } }) }],
      ['bank', {}],
      ['bank', { acr_values: ONE }],
    ] as const) {
      const person = somebody();
      await server.addPerson(person);
      const browser = new Browser(server);
      await browser.signIn(person);
      await browser.open(new Application(server, client).authorizationUrl(params));
      expect([client, params, browser.page.path]).toEqual([
        client,
        params,
        expect.stringMatching(/\/enrol$/),
      ]);
    }
  });

  it('is refused with prompt=none, and nothing is shown', async () => {
    const { browser } = await oneFactorSession();
    await ask(browser, { prompt: 'none', acr_values: TWO });
    expect(error(browser)).toBe('login_required');
    await browser.open(new Application(server, 'bank').authorizationUrl({ prompt: 'none' }));
    expect(error(browser)).toBe('login_required');
    await ask(browser, { prompt: 'none', max_age: '30' });
    expect(error(browser)).toBe('login_required');
    await browser.open(new Application(server, 'calendar').authorizationUrl({ prompt: 'none' }));
    expect(error(browser)).toBe('consent_required');
    const stranger = new Browser(server);
    await ask(stranger, { prompt: 'none' });
    expect(error(stranger)).toBe('login_required');
    await ask(browser, { prompt: 'none' });
    expect(browser.sentTo!.searchParams.has('code')).toBe(true);
  });

  it('counts for nothing with prompt=login: everything is asked again, at once as well as later', async () => {
    for (const later of [0, 5 * MINUTE]) {
      const { browser, person } = await twoFactorSession();
      server.clock.advance(later);
      const notes = await ask(browser, { prompt: 'login' });
      expect(browser.page.path).toMatch(/\/password$/);
      await browser.enterPassword(person);
      expect(browser.page.path).toMatch(/\/totp$/);
      const asked = now();
      await browser.enterTotp(person);
      const { claims } = await tokensOf(notes, browser);
      expect(claims['auth_time']).toBeGreaterThanOrEqual(asked - 2);
    }
  });

  it('counts for nothing once it is older than max_age, and auth_time says so', async () => {
    const { browser, person } = await twoFactorSession();
    server.clock.advance(MINUTE);
    await ask(browser, { max_age: '120' });
    expect(browser.sentTo!.searchParams.has('code')).toBe(true);

    server.clock.advance(2 * MINUTE);
    const notes = await ask(browser, { max_age: '120' });
    expect(browser.page.path).toMatch(/\/password$/);
    const asked = now();
    await browser.enterPassword(person);
    expect(browser.page.path).toMatch(/\/totp$/);
    await browser.enterTotp(person);
    expect((await tokensOf(notes, browser)).claims['auth_time']).toBeGreaterThanOrEqual(asked);

    await ask(browser, { max_age: '0' });
    expect(browser.page.path).toMatch(/\/password$/);
  });

  it('is called by its own level, whatever the application would like to hear', async () => {
    const strong = await twoFactorSession();
    for (const acr_values of [ONE, 'urn:example:gold', `${'x'.repeat(500)} ${ONE}`, '2']) {
      const { claims } = await tokensOf(await ask(strong.browser, { acr_values }), strong.browser);
      expect(claims).toMatchObject({ acr: TWO, amr: ['pwd', 'otp', 'mfa'] });
    }
    const weak = new Browser(server);
    const person = somebody();
    await server.addPerson(person);
    await weak.signIn(person);
    for (const acr_values of ['urn:example:gold', '2', 'urn:gatehouse:acr:3fa', 'phr']) {
      const { claims } = await tokensOf(await ask(weak, { acr_values }), weak);
      expect(claims).toMatchObject({ acr: ONE, amr: ['pwd'] });
    }
  });

  it('is not enough for who needs a level that nobody knows, and says so', async () => {
    const { browser } = await twoFactorSession();
    const claims = (acr: object) => JSON.stringify({ id_token: { acr } });
    for (const [acr, answer] of [
      [{ essential: true, value: 'urn:example:gold' }, 'unmet_authentication_requirements'],
      [{ essential: true, values: ['urn:example:gold', '2'] }, 'unmet_authentication_requirements'],
      [{ essential: true, values: 'urn:example:gold' }, 'invalid_request'],
      [{ essential: true, values: ['urn:example:gold', TWO] }, undefined],
      [{ essential: true }, undefined],
      [{ value: 'urn:example:gold' }, undefined],
    ] as const) {
      await ask(browser, { claims: claims(acr) });
      expect([acr, error(browser)]).toEqual([acr, answer]);
    }
  });

  it('is not taken for the session of another person whom the application expects', async () => {
    const [mine, hers] = [await twoFactorSession(), await twoFactorSession()];
    const { id_token: hint } = await tokensOf(await ask(hers.browser), hers.browser);
    await ask(mine.browser, { id_token_hint: hint!, prompt: 'none' });
    expect(error(mine.browser)).toBe('login_required');
    await ask(mine.browser, { id_token_hint: hint! });
    expect(mine.browser.page.path).toMatch(/\/password$/);
  });

  it('is not chosen by a hint that nobody signed', async () => {
    const { browser } = await twoFactorSession();
    const { id_token: genuine } = await tokensOf(await ask(browser), browser);
    const [, payload, signature] = genuine!.split('.');
    const header = (alg: string) => Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
    const forgeries = [
      `${header('none')}.${payload}.`,
      `${header('none')}.${payload}.${signature}`,
      `${header('HS256')}.${payload}.${signature}`,
      `${header('RS256')}.${payload}.${signature!.slice(0, -4)}AAAA`,
      'not.a.token',
    ];
    for (const id_token_hint of forgeries) {
      await ask(browser, { id_token_hint });
      expect([id_token_hint, error(browser)]).toEqual([id_token_hint, 'invalid_request']);
      const page = await browser.open(
        `/oidc/session/end?${new URLSearchParams({ id_token_hint }).toString()}`,
      );
      expect([id_token_hint, page.status]).toEqual([id_token_hint, 400]);
    }
    expect((await browser.open('/dashboard')).path).toBe('/dashboard');
  });
});
