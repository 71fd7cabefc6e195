import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../../src/config/config.js';
import { Sql } from '../../src/database/sql.js';
import { Cookies } from '../../src/http/cookies.js';
import { Events } from '../../src/kernel/events.js';
import { RememberedDevices } from '../../src/mfa/remembered-devices.js';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const DAY = 24 * 3_600_000;

describe('a remembered browser', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  /** Begins a sign-in and enters the password. */
  async function begin(
    browser: Browser,
    person: Person,
    clientId: 'notes' | 'bank' = 'notes',
    extra: Record<string, string> = {},
  ): Promise<Application> {
    const application = new Application(browser.server, clientId);
    await browser.open(application.authorizationUrl(extra));
    await browser.enterPassword(person);
    return application;
  }

  async function enterTotpAndRemember(browser: Browser, person: Person): Promise<void> {
    const { clock } = browser.server;
    clock.advance(30_000);
    await browser.press('submit', { code: person.authenticator!.code(clock.now()), remember: 'yes' });
  }

  /** Somebody whose browser is remembered, and whose session in it is over. */
  async function remembered(on = server): Promise<{ browser: Browser; person: Person }> {
    const person = somebody();
    await addEnrolled(on, person);
    const browser = new Browser(on);
    await begin(browser, person);
    await enterTotpAndRemember(browser, person);
    expect(browser.sentTo?.searchParams.get('code')).toBeTruthy();
    on.clock.advance(DAY + 1000);
    return { browser, person };
  }

  const asksForTheCode = (browser: Browser) => expect(browser.page.path).toMatch(/\/totp$/);

  it('is not asked for the second factor again, and the application is told what was proven: one factor', async () => {
    const { browser, person } = await remembered();
    const application = await begin(browser, person);
    const { claims } = await application.redeem(application.codeFrom(browser));
    expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:1fa', amr: ['pwd'] });
    const age = server.clock.now().getTime() / 1000 - Number(claims['auth_time']);
    expect(age).toBeLessThan(60);
  });

  it('says for how long, and is asked again after that, however often it was used', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await begin(browser, person);
    expect(browser.page.text).toContain('Don’t ask again in this browser for 30 days');
    await enterTotpAndRemember(browser, person);
    for (const days of [15, 14.9]) {
      server.clock.advance(days * DAY);
      (await begin(browser, person)).codeFrom(browser);
    }
    server.clock.advance(1.2 * DAY);
    await begin(browser, person);
    asksForTheCode(browser);
  });

  it('is none without the tick', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await begin(browser, person);
    await browser.enterTotp(person);
    server.clock.advance(DAY + 1000);
    await begin(browser, person);
    asksForTheCode(browser);
  });

  it('keeps the tick when the code was wrong', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await begin(browser, person);
    await browser.press('submit', { code: '000000', remember: 'yes' });
    expect(browser.page.html.getElementById('remember')!.hasAttribute('checked')).toBe(true);
  });

  it('replaces no password: without one it says nothing of who sits there', async () => {
    const { browser, person } = await remembered();
    await browser.open(new Application(server, 'notes').authorizationUrl());
    expect(browser.page.path).toMatch(/\/password$/);
    expect(browser.page.html.toString()).not.toContain(person.username);
    await browser.enterPassword({ ...person, password: 'not the password' });
    expect(browser.page.status).toBe(422);
  });

  it.each([
    ['an application that demands two factors', 'bank', {}],
    ['a request for two factors', 'notes', { acr_values: 'urn:gatehouse:acr:2fa' }],
    ['a request for a fresh sign-in (prompt=login)', 'notes', { prompt: 'login' }],
    ['a request for a recent sign-in (max_age)', 'notes', { max_age: '3600' }],
  ] as const)('does not count for %s, which does not offer it either', async (_what, clientId, extra) => {
    const { browser, person } = await remembered();
    await begin(browser, person, clientId, extra);
    asksForTheCode(browser);
    expect(browser.page.html.getElementById('remember')).toBeNull();
    // Nor can it be had there by sending the field all the same.
    const other = new Browser(server);
    await begin(other, person, clientId, extra);
    await enterTotpAndRemember(other, person);
    expect(other.sentTo?.searchParams.get('code')).toBeTruthy();
    server.clock.advance(DAY + 1000);
    await begin(other, person);
    asksForTheCode(other);
  });

  it('of one person is nothing to another, and each of two people in one browser has their own', async () => {
    const { browser, person } = await remembered();
    const other = somebody();
    await addEnrolled(server, other);
    await begin(browser, other);
    asksForTheCode(browser);
    await enterTotpAndRemember(browser, other);
    for (const each of [person, other]) {
      server.clock.advance(DAY + 1000);
      (await begin(browser, each)).codeFrom(browser);
    }
  });

  it("with a cookie taken over from another person's browser is asked like any other", async () => {
    const { browser } = await remembered();
    const other = somebody();
    await addEnrolled(server, other);
    const thief = new Browser(server);
    thief.takeCookies(browser);
    await begin(thief, other);
    asksForTheCode(thief);
  });

  it.each([
    [
      'the password is changed',
      async (person: Person, id: string) => {
        person.password = 'five patient herons wade';
        const account = (await server.app.get(Accounts).find(id))!;
        await server.app.get(Passwords).change(account, person.password);
      },
    ],
    [
      'a factor is changed',
      async (_person: Person, id: string) => {
        const account = (await server.app.get(Accounts).find(id))!;
        expect(await server.app.get(SecondFactors).remakeBackupCodes(account)).toHaveLength(10);
      },
    ],
  ])('is forgotten when %s', async (_what, change) => {
    const { browser, person } = await remembered();
    const account = (await server.app.get(Accounts).findByIdentifier(person.username))!;
    await change(person, account.id);
    await begin(browser, person);
    asksForTheCode(browser);
  });

  it('is listed no longer than it counts, when the operator has set a shorter time since', async () => {
    const { browser, person } = await remembered();
    const account = (await server.app.get(Accounts).findByIdentifier(person.username))!;
    const devices = new RememberedDevices(
      { rememberDevice: 7 * DAY } as Config,
      server.app.get(Sql),
      server.clock,
      server.app.get(Cookies),
      new Events(),
    );
    const [listed] = await devices.list(account.id);
    expect(listed!.expiresAt.getTime() - listed!.createdAt.getTime()).toBe(7 * DAY);
    server.clock.advance(7 * DAY);
    expect(await devices.list(account.id)).toEqual([]);
    expect(await server.app.get(RememberedDevices).list(account.id)).toHaveLength(1);
    (await begin(browser, person)).codeFrom(browser);
  });

  it('stays remembered for one person however often another one has theirs forgotten in it', async () => {
    const { browser, person } = await remembered();
    const other = somebody();
    const { id } = await addEnrolled(server, other);
    for (let n = 0; n < 6; n++) {
      await begin(browser, other);
      await enterTotpAndRemember(browser, other);
      await server.app.get(RememberedDevices).forgetAll(id);
      server.clock.advance(DAY + 1000);
    }
    (await begin(browser, person)).codeFrom(browser);
  });

  it('is an entry in the log, as its being forgotten is', async () => {
    const { browser, person } = await remembered();
    await begin(browser, person);
    await browser.open('/dashboard/activity');
    expect(browser.page.text).toContain('A browser was remembered');
  });

  it('is forgotten when the operator wants a shorter time, and not offered at all when there is none', async () => {
    const off = await TestServer.start({ env: { GATEHOUSE_REMEMBER_DEVICE: 'off' } });
    try {
      const person = somebody();
      await addEnrolled(off, person);
      const browser = new Browser(off);
      await begin(browser, person);
      expect(browser.page.html.getElementById('remember')).toBeNull();
      await enterTotpAndRemember(browser, person);
      off.clock.advance(DAY + 1000);
      await begin(browser, person);
      asksForTheCode(browser);
    } finally {
      await off.stop();
    }
  });

  it('counts where the operator, and not the application, asks everyone for two factors', async () => {
    const strict = await TestServer.start({ env: { GATEHOUSE_SECOND_FACTOR: 'required' } });
    try {
      const { browser, person } = await remembered(strict);
      (await begin(browser, person)).codeFrom(browser);
    } finally {
      await strict.stop();
    }
  });
});
