import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Accounts } from '../../src/users/accounts.service.js';
import { PasswordHashes } from '../../src/users/password-hash.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { uidOf } from '../support/half-finished.js';
import type { Person } from '../support/people.js';
import { TestServer } from '../support/server.js';

/** What an answer says, without what is random in every answer, and without what was typed. */
interface Said {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

const ROUNDS = 9;
/** The quickest of many: a busy machine makes answers slower, never quicker. */
const quickest = (times: number[]) => Math.min(...times);

describe('finding out who has an account', () => {
  let server: TestServer;
  const [known, enrolled, disabled] = [somebody(), somebody(), somebody()];
  const free = (): Person => somebody();

  beforeAll(async () => {
    server = await TestServer.start();
    await server.addPerson(known);
    await addEnrolled(server, enrolled);
    const account = await server.addPerson(disabled);
    await server.app.get(Accounts).disable(account.id);
  });
  afterAll(() => server.stop());

  function said(response: { status: number; headers: object; text: string }, ...typed: string[]): Said {
    const headers: Record<string, unknown> = { ...response.headers };
    // Seconds since the last try: a slow machine must not look like a difference.
    if (headers['retry-after']) headers['retry-after'] = Number(headers['retry-after']) > 880;
    for (const name of ['date', 'set-cookie', 'content-length', 'etag']) delete headers[name];
    let text = JSON.stringify({ headers, text: response.text })
      .replace(/value=\\"[A-Za-z0-9_-]{43}\\"/g, '')
      .replace(/(challenge&quot;:&quot;)[\w-]+/g, '$1');
    for (const word of typed) text = text.replaceAll(word, '…');
    return { status: response.status, ...(JSON.parse(text) as { headers: object; text: string }) } as Said;
  }

  async function signInPage(): Promise<Browser> {
    const browser = new Browser(server);
    await browser.open(new Application(server, 'notes').authorizationUrl());
    return browser;
  }

  async function trySignIn(identifier: string, password: string): Promise<Said & { took: number }> {
    const browser = await signInPage();
    const { path, fields } = browser.form('submit', { username: identifier, password });
    const start = performance.now();
    const response = await browser.once('POST', path, fields);
    const took = performance.now() - start;
    return { ...said(response, identifier, uidOf(browser)), took };
  }

  it('is not possible at sign-in by what the answer says: unknown, wrong password, disabled', async () => {
    const wrong = 'not the password of anyone';
    const cases = {
      unknown: [free().username, wrong],
      'unknown address': [free().email, wrong],
      'wrong password': [known.username, wrong],
      'wrong password, by address': [known.email, wrong],
      'wrong password, second factor enrolled': [enrolled.username, wrong],
      'disabled, wrong password': [disabled.username, wrong],
      'disabled, right password': [disabled.username, disabled.password],
    } as const;
    const answers = await Promise.all(
      Object.entries(cases).map(async ([name, [identifier, password]]) => {
        const { took: _, ...answer } = await trySignIn(identifier, password);
        return [name, answer] as const;
      }),
    );
    const [, [, expected]] = answers as [unknown, (typeof answers)[0]];
    expect(expected.status).toBe(422);
    expect(expected.text).toContain('The user name or the password is not right');
    for (const [name, answer] of answers) expect([name, answer]).toEqual([name, expected]);
  });

  it('is not possible at sign-in by how long it takes: each try costs one hash, of the same price', async () => {
    const hashes = server.app.get(PasswordHashes);
    const { passwordHash } = (await server.app.get(Accounts).findByIdentifier(known.username))!;
    const tries: Record<string, () => Promise<number>> = {
      unknown: async () => (await trySignIn(free().username, 'not the password')).took,
      wrong: async () => (await trySignIn(known.username, 'not the password')).took,
      disabled: async () => (await trySignIn(disabled.username, disabled.password)).took,
    };
    const took: Record<string, number[]> = {};
    const price: Record<string, number[]> = {};
    const timed = async (name: string, hash: string | null) => {
      const start = performance.now();
      await hashes.matches(hash, 'not the password');
      (price[name] ??= []).push(performance.now() - start);
    };
    for (let round = 0; round < ROUNDS; round++) {
      // In turn, so that a busy moment of the machine meets all of them alike.
      await timed('nobody’s', null);
      await timed('somebody’s', passwordHash!);
      for (const [name, attempt] of Object.entries(tries)) {
        const spy = jest.spyOn(hashes, 'matches');
        (took[name] ??= []).push(await attempt());
        expect([name, spy.mock.calls.length]).toEqual([name, 1]);
        spy.mockRestore();
      }
      server.clock.advance(16 * 60_000);
    }
    expectAlike(price);
    expectAlike(took);
  });

  /** A hash is most of what an answer takes: without one it would be a fraction of the others. */
  function expectAlike(times: Record<string, number[]>): void {
    const slowest = Math.max(...Object.values(times).map(quickest));
    for (const [name, each] of Object.entries(times))
      expect([name, quickest(each) > 0.4 * slowest]).toEqual([name, true]);
  }

  it('is not possible by being throttled: unknown accounts run out of tries like all others', async () => {
    const answersOf = async (identifier: string) => {
      const answers: Said[] = [];
      for (let n = 0; n < 12; n++) {
        // Too long to be a password: it is counted, and costs no hash.
        const { took: _, ...answer } = await trySignIn(identifier, 'x'.repeat(129));
        answers.push(answer);
      }
      return answers;
    };
    const [unknown, wrong, off] = await Promise.all(
      [free().username, known.username, disabled.username].map(answersOf),
    );
    expect(unknown!.map(({ status }) => status)).toEqual([...Array<number>(10).fill(422), 429, 429]);
    expect(wrong).toEqual(unknown);
    expect(off).toEqual(unknown);
  });

  async function tryRegistration(person: Person): Promise<{ answers: Said[]; took: number }> {
    const browser = new Browser(server);
    await browser.open('/register');
    const { path, fields } = browser.form('submit', {
      username: person.username,
      email: person.email,
      password: person.password,
    });
    const start = performance.now();
    const posted = await browser.once('POST', path, fields);
    const took = performance.now() - start;
    const done = await browser.once('GET', posted.headers['location']!);
    const words = [person.username, person.email];
    return { answers: [said(posted, ...words), said(done, ...words)], took };
  }

  it('is not possible at registration, neither by what it says nor by how long it takes', async () => {
    const cases: Record<string, () => Person> = {
      free,
      'name taken': () => ({ ...free(), username: known.username }),
      'address taken': () => ({ ...free(), email: known.email }),
      'both taken': () => ({ ...known, password: free().password }),
      'name taken in another spelling': () => ({ ...free(), username: known.username.toUpperCase() }),
      'taken by someone disabled': () => ({ ...free(), username: disabled.username }),
    };
    const took: Record<string, number[]> = {};
    const hashes = server.app.get(PasswordHashes);
    const { answers: expected } = await tryRegistration(free());
    expect(expected[0]).toMatchObject({ status: 303 });
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, person] of Object.entries(cases)) {
        const spy = jest.spyOn(hashes, 'make');
        const tried = await tryRegistration(person());
        expect([name, tried.answers]).toEqual([name, expected]);
        expect([name, spy.mock.calls.length]).toEqual([name, 1]);
        spy.mockRestore();
        (took[name] ??= []).push(tried.took);
      }
    }
    expectAlike(took);
  });

  it('is not possible by guessing at what the pages prefill: only what the visitor brings is shown', async () => {
    const hinted = async (login_hint: string) => {
      const browser = new Browser(server);
      await browser.open(new Application(server, 'notes').authorizationUrl({ login_hint }));
      const { status, headers, html } = browser.page;
      return said({ status, headers, text: html.toString() }, login_hint, uidOf(browser));
    };
    expect(await hinted(known.username)).toEqual(await hinted(free().username));
  });
});
