import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CleanUp } from '../../src/ops/clean-up.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { secondFactorDue } from '../support/half-finished.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

const WINDOW = 15 * 60_000;
const DAY = 24 * 60 * 60_000;
/** Too long to be a password: it counts like any other, and costs no hash. */
const WRONG = 'x'.repeat(129);

describe('guessing passwords and codes, and locking people out by guessing', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const newcomer = async (): Promise<Person> => {
    const person = somebody();
    await server.addPerson(person);
    return person;
  };

  async function signInPage(browser = new Browser(server)): Promise<Browser> {
    await browser.open(new Application(server, 'notes').authorizationUrl({ prompt: 'login' }));
    return browser;
  }

  /** One try in a browser of its own. */
  async function tryPassword(identifier: string, password: string): Promise<Browser> {
    const browser = await signInPage();
    await browser.press('submit', { username: identifier, password });
    return browser;
  }

  async function exhaust(person: Person, tries = 10): Promise<void> {
    const browser = await signInPage();
    for (let n = 0; n < tries; n++)
      expect((await browser.press('submit', { username: person.username, password: WRONG })).status).toBe(
        422,
      );
  }

  function expectThrottled({ page, sentTo }: Browser): void {
    expect(sentTo).toBeUndefined();
    expect(page.status).toBe(429);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(page.headers['retry-after'])).toBeLessThanOrEqual(WINDOW / 1000);
    expect(page.text).toContain('Too many tries');
  }

  it('ten passwords in a quarter of an hour, however the name is spelled and whichever the browser', async () => {
    const person = await newcomer();
    const wide = [...person.username]
      .map((letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0))
      .join('');
    const spellings = [
      person.username,
      person.username.toUpperCase(),
      `  ${person.username}\t`,
      wide,
      wide.toUpperCase(),
      person.email,
      person.email.toUpperCase(),
      `\u00a0${person.email} `,
      person.email.replace('@', '\uff20'),
      person.username,
    ];
    for (const spelling of spellings)
      expect([spelling, (await tryPassword(spelling, WRONG)).page.status]).toEqual([spelling, 422]);
    for (const spelling of new Set(spellings)) expectThrottled(await tryPassword(spelling, WRONG));
    // Not even the right one: else it would be known by its answer.
    expectThrottled(await tryPassword(person.username, person.password));
  });

  it('thirty at the same moment share the ten', async () => {
    const person = await newcomer();
    const browsers = await Promise.all(Array.from({ length: 30 }, () => signInPage()));
    const pages = await Promise.all(
      browsers.map((browser) => browser.press('submit', { username: person.username, password: WRONG })),
    );
    const statuses = pages.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(10).fill(422), ...Array<number>(20).fill(429)]);
  });

  it('the count survives a restart, and ends after a quarter of an hour', async () => {
    const person = await newcomer();
    await exhaust(person);
    await server.restart();
    expectThrottled(await tryPassword(person.username, person.password));
    server.clock.advance(WINDOW - 30_000);
    expectThrottled(await tryPassword(person.username, person.password));
    server.clock.advance(31_000);
    expect((await tryPassword(person.username, person.password)).sentTo).toBeDefined();
  });

  it('signing in to an account of one’s own clears nothing of another’s', async () => {
    const [victim, attacker] = [await newcomer(), await newcomer()];
    const browser = await signInPage();
    for (let n = 0; n < 10; n++) {
      await browser.press('submit', { username: victim.username, password: WRONG });
      const own = await signInPage();
      await own.enterPassword(attacker);
      expect(own.sentTo).toBeDefined();
    }
    await browser.enterPassword(attacker);
    expect(browser.sentTo).toBeDefined();
    await signInPage(browser);
    await browser.enterPassword(victim);
    expectThrottled(browser);
  });

  it('an attacker elsewhere does not keep the owner out of a browser she has signed in in', async () => {
    const owner = await newcomer();
    const hers = await signInPage();
    await hers.enterPassword(owner);
    await exhaust(owner);
    expectThrottled(await tryPassword(owner.username, owner.password));

    await signInPage(hers);
    await hers.enterPassword(owner);
    expect(hers.sentTo).toBeDefined();
    // Her success does not give the attacker anything.
    expectThrottled(await tryPassword(owner.username, owner.password));
    // Her browser is no way around the limit either.
    await signInPage(hers);
    const wrong = { username: owner.username, password: WRONG };
    for (let n = 0; n < 10; n++) expect((await hers.press('submit', wrong)).status).toBe(422);
    expect((await hers.press('submit', wrong)).status).toBe(429);
  });

  it('five second factors in a quarter of an hour, and the password again gives no more', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const { browser } = await secondFactorDue(server, person);
    for (let n = 0; n < 3; n++) expect((await browser.press('submit', { code: '000000' })).status).toBe(422);
    await browser.click('use-backup-code');
    for (let n = 0; n < 2; n++)
      expect((await browser.press('submit', { code: 'AAAA-AAAA-AAAA-AAAA' })).status).toBe(422);
    expect((await browser.press('submit', { code: person.backupCodes![0]! })).status).toBe(429);

    const again = await secondFactorDue(server, person);
    await again.browser.enterTotp(person);
    expectThrottled(again.browser);
    await again.browser.click('use-backup-code');
    await again.browser.press('submit', { code: person.backupCodes![0]! });
    expectThrottled(again.browser);

    server.clock.advance(WINDOW);
    await again.browser.press('submit', { code: person.backupCodes![0]! });
    expect(again.browser.sentTo).toBeDefined();
  });

  it('after a hundred in a row it stays closed to strangers, until the owner signs in where she is known', async () => {
    const owner = await newcomer();
    const hers = await signInPage();
    await hers.enterPassword(owner);
    for (let round = 0; round < 10; round++) {
      await exhaust(owner);
      server.clock.advance(WINDOW);
    }
    expectThrottled(await tryPassword(owner.username, owner.password));
    server.clock.advance(DAY);
    await server.app.get(CleanUp).run();
    expectThrottled(await tryPassword(owner.username, owner.password));

    await signInPage(hers);
    await hers.enterPassword(owner);
    expect(hers.sentTo).toBeDefined();
    expect((await tryPassword(owner.username, owner.password)).sentTo).toBeDefined();
  });

  it('a hundred in a row are a hundred, however slowly they come', async () => {
    const owner = await newcomer();
    let refused = 0;
    // Nineteen in a day, and then a pause that is long enough for the clean-up.
    for (let day = 0; day < 6; day++) {
      for (const tries of [10, 9]) {
        const browser = await signInPage();
        for (let n = 0; n < tries; n++) {
          const wrong = { username: owner.username, password: WRONG };
          if ((await browser.press('submit', wrong)).status === 429) refused++;
        }
        server.clock.advance(WINDOW);
      }
      server.clock.advance(DAY + WINDOW);
      await server.app.get(CleanUp).run();
    }
    expect(refused).toBe(6 * 19 - 100);
  });
});
