import type { Authenticator } from './authenticator.js';
import { Browser } from './browser.js';
import { addEnrolled, somebody } from './enrolled.js';
import * as halfFinished from './half-finished.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';

/** A form that stands open in somebody's browser, filled in so that it will be accepted. */
export interface OpenForm {
  readonly browser: Browser;
  readonly path: string;
  readonly fields: Record<string, string>;
  readonly person: Person;
}

interface Form {
  readonly open: (server: TestServer) => Promise<OpenForm>;
  /** Where it leads, and what stands there, when it is accepted. */
  readonly accepted: RegExp;
}

const CODES = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/;

type Hands = Pick<OpenForm, 'browser' | 'person'>;

function filledIn({ browser, person }: Hands, button: string, values: Record<string, string> = {}): OpenForm {
  return { browser, person, ...browser.form(button, values) };
}

function register(browser: Browser): OpenForm {
  const person = somebody();
  const { username, email, password } = person;
  return filledIn({ browser, person }, 'submit', { username, email, password });
}

/** A code that nobody has used yet. */
function nextCode(server: TestServer, authenticator: Authenticator): string {
  return authenticator.code(server.clock.now(), 1);
}

async function signedIn(server: TestServer, path: string): Promise<Hands> {
  const person = somebody();
  await addEnrolled(server, person);
  const browser = new Browser(server);
  await browser.signIn(person);
  await browser.open(path);
  return { browser, person };
}

/** Signed in, an authenticator set up, the backup codes not confirmed. */
async function settingUp(server: TestServer): Promise<Hands> {
  const hands = await signedIn(server, '/dashboard/second-factor/set-up');
  await hands.browser.setUpAuthenticator(hands.person);
  return hands;
}

/** Every form of our pages, by the route it is sent to. */
export const OPEN_FORMS: Record<string, Form> = {
  '/locale': {
    accepted: /^\/ /,
    open: async (server) => {
      const browser = new Browser(server);
      await browser.open('/');
      const fields = { _csrf: browser.formToken, locale: 'de', return: '/' };
      return { browser, path: '/locale', fields, person: somebody() };
    },
  },
  '/register': {
    accepted: /^\/register\/done /,
    open: async (server) => {
      const browser = new Browser(server);
      await browser.open('/register');
      return register(browser);
    },
  },
  '/interaction/:uid/password': {
    accepted: /\/totp /,
    open: async (server) => {
      const { browser, person } = await halfFinished.nothingProven(server);
      return filledIn({ browser, person }, 'submit', {
        username: person.username,
        password: person.password,
      });
    },
  },
  '/interaction/:uid/register': {
    accepted: /\/register\/done /,
    open: async (server) => {
      const { browser, uid } = await halfFinished.nothingProven(server);
      await browser.open(`/interaction/${uid}/register`);
      return register(browser);
    },
  },
  '/interaction/:uid/totp': {
    accepted: /[?&]code=/,
    open: async (server) => {
      const { browser, person } = await halfFinished.secondFactorDue(server);
      return filledIn({ browser, person }, 'submit', { code: nextCode(server, person.authenticator!) });
    },
  },
  '/interaction/:uid/backup-code': {
    accepted: /[?&]code=/,
    open: async (server) => {
      const { browser, person } = await halfFinished.secondFactorDue(server);
      await browser.click('use-backup-code');
      return filledIn({ browser, person }, 'submit', { code: person.backupCodes![0]! });
    },
  },
  '/interaction/:uid/enrol': {
    accepted: CODES,
    open: async (server) => {
      const { browser, person } = await halfFinished.enrolmentDue(server);
      return filledIn({ browser, person }, 'submit', {
        code: nextCode(server, browser.offeredAuthenticator()),
      });
    },
  },
  '/interaction/:uid/backup-codes': {
    accepted: /[?&]code=/,
    open: async (server) => filledIn(await halfFinished.backupCodesUnconfirmed(server), 'saved'),
  },
  '/interaction/:uid/backup-codes/new': {
    accepted: CODES,
    open: async (server) => {
      const { browser, person, uid } = await halfFinished.backupCodesUnconfirmed(server);
      await browser.open(`/interaction/${uid}/backup-codes`);
      return filledIn({ browser, person }, 'new-codes');
    },
  },
  '/interaction/:uid/consent': {
    accepted: /[?&]code=/,
    open: async (server) => filledIn(await halfFinished.consentDue(server), 'submit'),
  },
  '/interaction/:uid/cancel': {
    accepted: /error=access_denied/,
    open: async (server) => filledIn(await halfFinished.nothingProven(server), 'cancel'),
  },
  '/dashboard/sign-out': {
    accepted: /^\/signed-out /,
    open: async (server) => filledIn(await signedIn(server, '/dashboard'), 'sign-out'),
  },
  '/dashboard/password': {
    accepted: /done=password-changed /,
    open: async (server) => {
      const { browser, person } = await signedIn(server, '/dashboard/password');
      return filledIn({ browser, person }, 'submit', {
        current: person.password,
        password: 'five patient herons wade',
      });
    },
  },
  '/dashboard/second-factor/set-up': {
    accepted: CODES,
    open: async (server) => {
      const { browser, person } = await signedIn(server, '/dashboard/second-factor/set-up');
      return filledIn({ browser, person }, 'submit', {
        code: nextCode(server, browser.offeredAuthenticator()),
      });
    },
  },
  '/dashboard/second-factor/backup-codes': {
    accepted: /done=second-factor-on /,
    open: async (server) => filledIn(await settingUp(server), 'saved'),
  },
  '/dashboard/second-factor/backup-codes/new': {
    accepted: CODES,
    open: async (server) => filledIn(await signedIn(server, '/dashboard/second-factor'), 'new-codes'),
  },
  '/dashboard/second-factor/turn-off': {
    accepted: /done=second-factor-off /,
    open: async (server) => filledIn(await signedIn(server, '/dashboard/second-factor/turn-off'), 'submit'),
  },
};
