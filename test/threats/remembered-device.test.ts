import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { SecondFactors } from '../../src/mfa/second-factors.service.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, enrol, somebody } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const COOKIE = 'gatehouse_remembered';

describe('the cookie of a remembered browser, in the wrong hands', () => {
  let server: TestServer;
  beforeAll(async () => (server = await TestServer.start()));
  afterAll(() => server.stop());

  /** Signs in with the second factor and has the browser remembered. */
  async function remembered(person: Person): Promise<Browser> {
    const browser = new Browser(server);
    await browser.open(new Application(server, 'notes').authorizationUrl());
    await browser.enterPassword(person);
    server.clock.advance(30_000);
    await browser.press('submit', {
      code: person.authenticator!.code(server.clock.now()),
      remember: 'yes',
    });
    expect(browser.sentTo?.searchParams.has('code')).toBe(true);
    expect(browser.cookies()[COOKIE]).toBeDefined();
    return browser;
  }

  /** Another browser that holds nothing but the copied cookie. */
  function holding(value: string): Browser {
    const browser = new Browser(server);
    browser.agent.jar.setCookie(`${COOKIE}=${value}; Path=/; HttpOnly`, 'localhost', '/');
    return browser;
  }

  async function afterPassword(
    browser: Browser,
    person: Person,
    client: 'notes' | 'bank' = 'notes',
    extra = {},
  ) {
    await browser.open(new Application(server, client).authorizationUrl(extra));
    await browser.enterPassword(person);
    return browser.sentTo ? 'signed in' : browser.page.path.split('/').at(-1);
  }

  async function enrolledPerson(): Promise<Person> {
    const person = somebody();
    await addEnrolled(server, person);
    return person;
  }

  it('spares its own person the code, and nobody else', async () => {
    const [ada, bea] = [await enrolledPerson(), await enrolledPerson()];
    const cookie = (await remembered(ada)).cookies()[COOKIE]!;
    expect(await afterPassword(holding(cookie), ada)).toBe('signed in');
    expect(await afterPassword(holding(cookie), bea)).toBe('totp');
  });

  it('identifies nobody: without the password it leads nowhere', async () => {
    const person = await enrolledPerson();
    const browser = holding((await remembered(person)).cookies()[COOKIE]!);
    await browser.open('/dashboard');
    expect(browser.page.path).toMatch(/\/password$/);
    await browser.press('submit', { username: person.username, password: 'not the password at all' });
    expect(browser.page.status).toBe(422);
  });

  it('is worthless after a change of the password', async () => {
    const person = await enrolledPerson();
    const cookie = (await remembered(person)).cookies()[COOKIE]!;
    const account = (await server.app.get(Accounts).findByIdentifier(person.username))!;
    person.password = 'thirteen bricks in the rain';
    await server.app.get(Passwords).change(account, person.password);
    expect(await afterPassword(holding(cookie), person)).toBe('totp');
  });

  it('is worthless after a change of a factor, also when the factor is the same again', async () => {
    const person = await enrolledPerson();
    const cookie = (await remembered(person)).cookies()[COOKIE]!;
    const accounts = server.app.get(Accounts);
    await server.app.get(SecondFactors).turnOff((await accounts.findByIdentifier(person.username))!);
    await enrol(server, person, (await accounts.findByIdentifier(person.username))!);
    expect(await afterPassword(holding(cookie), person)).toBe('totp');
  });

  it('is worthless where two factors, or a fresh sign-in, are asked for', async () => {
    const person = await enrolledPerson();
    const cookie = (await remembered(person)).cookies()[COOKIE]!;
    expect(await afterPassword(holding(cookie), person, 'bank')).toBe('totp');
    for (const extra of [{ prompt: 'login' }, { max_age: '60' }, { acr_values: 'urn:gatehouse:acr:2fa' }])
      expect(await afterPassword(holding(cookie), person, 'notes', extra)).toBe('totp');
  });

  it('opens no page on which a factor or the password is changed', async () => {
    const person = await enrolledPerson();
    const browser = holding((await remembered(person)).cookies()[COOKIE]!);
    await browser.open('/dashboard');
    await browser.enterPassword(person);
    expect(browser.page.path).toBe('/dashboard');
    for (const page of [
      '/dashboard/second-factor/set-up',
      '/dashboard/second-factor/turn-off',
      '/dashboard/password',
    ]) {
      await browser.open(page);
      expect(browser.page.path).toMatch(/^\/interaction\//);
    }
  });

  it('tells no application that a second factor was proven', async () => {
    const person = await enrolledPerson();
    const browser = holding((await remembered(person)).cookies()[COOKIE]!);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    await browser.enterPassword(person);
    const { claims } = await notes.redeem(notes.codeFrom(browser));
    expect(claims).toMatchObject({ acr: 'urn:gatehouse:acr:1fa', amr: ['pwd'] });
  });

  it('ends after thirty days, whatever the browser says of its cookie', async () => {
    const person = await enrolledPerson();
    const cookie = (await remembered(person)).cookies()[COOKIE]!;
    server.clock.advance(30 * 24 * 60 * 60_000 + 1000);
    expect(await afterPassword(holding(cookie), person)).toBe('totp');
  });

  it.each(['x', '.', 'A'.repeat(43), `${'A'.repeat(43)}.`.repeat(100), "' OR 1=1--"])(
    'made up, it is ignored: %s',
    async (cookie) => {
      const person = await enrolledPerson();
      expect(await afterPassword(holding(cookie), person)).toBe('totp');
    },
  );

  it('is not in the database: that holds a fingerprint, which is no cookie', async () => {
    const person = await enrolledPerson();
    const cookie = (await remembered(person)).cookies()[COOKIE]!;
    const rows = await server.app
      .get(Sql)
      .rows<{ token_hash: string }>('SELECT * FROM remembered_device ORDER BY created_at DESC');
    expect(JSON.stringify(rows)).not.toContain(cookie);
    expect(await afterPassword(holding(rows[0]!.token_hash), person)).toBe('totp');
  });

  it('is not given to whoever asks for it without proving the second factor', async () => {
    const person = await enrolledPerson();
    const browser = new Browser(server);
    await browser.open(new Application(server, 'notes').authorizationUrl());
    await browser.enterPassword(person);
    await browser.press('submit', { code: '000000', remember: 'yes' });
    expect(browser.page.status).toBe(422);
    expect(browser.cookies()[COOKIE]).toBeUndefined();
  });
});
