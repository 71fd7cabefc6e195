import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PasswordHashes } from '../../src/users/password-hash.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import {
  backupCodesUnconfirmed,
  enrolmentDue,
  nothingProven,
  secondFactorDue,
  type HalfFinished,
} from '../support/half-finished.js';
import { TestServer } from '../support/server.js';

describe('fields that no form of ours sends', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  /** Ways to send a field so that careless code takes it for something else. */
  const bodies = (field: string, right: string): Record<string, string> => ({
    missing: '',
    empty: `${field}=`,
    'only spaces': `${field}=%20%20`,
    'only a name': field,
    twice: `${field}=${right}&${field}=${right}`,
    'as an array': `${field}[]=${right}`,
    'as an array with an index': `${field}[0]=${right}`,
    'as an object': `${field}[a]=${right}`,
    'as the prototype': `__proto__[${field}]=${right}&constructor=1&toString=1`,
    null: `${field}=null`,
    undefined: `${field}=undefined`,
    true: `${field}=true`,
    'a condition': `${field}[%24ne]=x`,
    'with a further field': `${field}=${right}&admin=1`,
    'with a further field of the session': `${field}=${right}&accountId=1&mfa=true`,
    'control characters': `${field}=%00%01%1b`,
    'the right value and a NUL': `${field}=${right}%00`,
    'no UTF-8': `${field}=%ff%fe`,
    'broken escapes': `${field}=%zz%`,
    'very long': `${field}=${'9'.repeat(50_000)}`,
    'something like SQL': `${field}=%27%20OR%20%271%27%3D%271`,
  });

  interface Form {
    readonly reach: () => Promise<HalfFinished>;
    /** How many tries the throttle lets through. */
    readonly tries?: number;
    /** The field that decides, what would be right in it, and what else the form sends. */
    readonly field: string;
    readonly right: (state: HalfFinished) => string;
    readonly rest?: (state: HalfFinished) => string;
  }
  const codeOf = ({ person }: HalfFinished) => person.authenticator!.code(server.clock.now(), 1);
  const FORMS: Record<string, Form> = {
    password: {
      reach: () => nothingProven(server),
      tries: 10,
      field: 'password',
      right: ({ person }) => encodeURIComponent(person.password),
      rest: ({ person }) => `&username=${person.username}`,
    },
    totp: { reach: () => secondFactorDue(server), tries: 5, field: 'code', right: codeOf },
    'backup-code': {
      reach: () => secondFactorDue(server),
      tries: 5,
      field: 'code',
      right: ({ person }) => person.backupCodes![0]!,
    },
    enrol: {
      reach: () => enrolmentDue(server),
      field: 'code',
      right: ({ browser }) => browser.offeredAuthenticator().code(server.clock.now(), 1),
    },
    'backup-codes': {
      reach: () => backupCodesUnconfirmed(server),
      field: 'code',
      right: ({ person }) => person.backupCodes![0]!,
    },
  };

  for (const [page, { reach, tries, field, right, rest = () => '' }] of Object.entries(FORMS)) {
    it(`on the page ${page}: each gets a clear answer and none advances`, async () => {
      let state = await reach();
      const ways = Object.keys(bodies(field, right(state)));
      for (const [index, how] of ways.entries()) {
        // In time a fresh one, so that it is not the throttle which stops the next.
        if (tries && index > 0 && index % tries === 0) state = await reach();
        const { browser, uid } = state;
        const body = `${bodies(field, right(state))[how]}${rest(state)}&_csrf=${browser.formToken}`;
        await browser.post(`/interaction/${uid}/${page}`, body);
        expect([how, browser.sentTo?.href]).toEqual([how, undefined]);
        expect([how, [400, 422].includes(browser.page.status)]).toEqual([how, true]);
        expect(browser.page.text).not.toBe('');
        const due = page === 'backup-code' ? 'totp' : page;
        expect((await browser.open(`/interaction/${uid}`)).path).toBe(`/interaction/${uid}/${due}`);
      }
    });
  }

  it('a password of a megabyte is refused at once, and costs no hash', async () => {
    const state = await nothingProven(server);
    const { browser, uid, person } = state;
    const hashes = server.app.get(PasswordHashes);
    const spies = [jest.spyOn(hashes, 'matches'), jest.spyOn(hashes, 'make')];
    try {
      const start = performance.now();
      const huge = 'a'.repeat(1_000_000);
      const token = browser.formToken;
      await browser.post(`/interaction/${uid}/password`, {
        username: person.username,
        password: huge,
        _csrf: token,
      });
      expect(browser.page.status).toBe(413);
      expect(browser.page.text).toContain('That is too much');
      await browser.post('/register', {
        username: 'huge',
        email: 'huge@example.org',
        password: huge,
        _csrf: token,
      });
      expect(browser.page.status).toBe(413);
      expect(performance.now() - start).toBeLessThan(2000);

      // What a body may hold, and a password may not.
      await browser.open(`/interaction/${uid}`);
      await browser.press('submit', { username: person.username, password: 'ä'.repeat(129) });
      expect(browser.page.text).toContain('The user name or the password is not right');
      await browser.open('/register');
      await browser.press('submit', {
        username: 'long',
        email: 'long@example.org',
        password: 'x7-'.repeat(5000),
      });
      expect(browser.page.status).toBe(422);
      for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  it('names that are no names are unknown names', async () => {
    const browser = new Browser(server);
    for (const username of [
      'a\u0000b',
      '\u0000',
      '\u001b[2J',
      'x'.repeat(60_000 / 4),
      '\u202eadmin',
      '\ufeff',
      "' OR 1=1 --",
      '../../etc/passwd',
      '{{constructor}}',
      '<script>alert(1)</script>',
      '😀'.repeat(80),
      'e\u0301'.repeat(160),
      '@',
      'a@b@c',
    ]) {
      await browser.open(new Application(server, 'notes').authorizationUrl());
      await browser.press('submit', { username, password: 'does not matter' });
      expect([username, browser.page.status]).toEqual([username, 422]);
      expect(browser.page.html.toString()).not.toContain('<script>alert');

      await browser.open('/register');
      await browser.press('submit', { ...somebody(), username } as never);
      const accepted = browser.page.path === '/register/done';
      expect([username, accepted || browser.page.status === 422]).toEqual([username, true]);
    }
  });
});
