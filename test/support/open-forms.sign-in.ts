import { authenticatorOf } from './passkeys.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { OneTimeLinks } from '../../src/users/one-time-links.js';
import { Browser } from './browser.js';
import { somebody } from './enrolled.js';
import * as halfFinished from './half-finished.js';
import {
  answered,
  CODES,
  filledIn,
  nextCode,
  passkeyOptions,
  type Form,
  type OpenForm,
} from './open-form.js';
import type { TestServer } from './server.js';

/** A newcomer's. */
function register(browser: Browser): OpenForm {
  const person = somebody();
  const { username, email, password } = person;
  return filledIn({ browser, person }, 'submit', { username, email, password });
}

/** The password proven, and everything else lost. */
async function lostEverything(server: TestServer, confirmed: boolean): Promise<halfFinished.HalfFinished> {
  const begun = await halfFinished.secondFactorDue(server);
  if (confirmed) {
    const account = (await server.app.get(Accounts).findByIdentifier(begun.person.username))!;
    await server.app.get(Recovery).request(account);
    await server.app.get(Recovery).confirm(account.id);
  }
  await begun.browser.click('lost-everything');
  return begun;
}

/** The forms of somebody who is not signed in yet. */
export const SIGN_IN_FORMS: Record<string, Form> = {
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
  '/interaction/:uid/sign-in-link': {
    accepted: /^\/dashboard /,
    open: async (server) => {
      const person = somebody();
      const { id, email } = await server.addPerson(person);
      const browser = new Browser(server);
      await browser.open((await server.app.get(OneTimeLinks).make('sign-in', id, email)).url);
      return filledIn({ browser, person }, 'submit');
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
    open: async (server) => {
      const begun = await halfFinished.backupCodesUnconfirmed(server);
      return filledIn(begun, 'submit', { code: begun.person.backupCodes![0]! });
    },
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
  '/interaction/:uid/passkey': {
    accepted: /[?&]code=/,
    open: async (server) => {
      const hands = await halfFinished.nothingProven(server);
      const account = (await server.app.get(Accounts).findByIdentifier(hands.person.username))!;
      const authenticator = await authenticatorOf(server, account);
      return answered(hands, authenticator.get(passkeyOptions(hands)));
    },
  },
  '/interaction/:uid/security-key': {
    accepted: /[?&]code=/,
    open: async (server) => {
      const hands = await halfFinished.secondFactorDue(server);
      const account = (await server.app.get(Accounts).findByIdentifier(hands.person.username))!;
      const authenticator = await authenticatorOf(server, account);
      await hands.browser.open(`/interaction/${hands.uid}/security-key`);
      return answered(hands, authenticator.get(passkeyOptions(hands)));
    },
  },
  '/interaction/:uid/recovery': {
    accepted: /Your recovery is waiting/,
    open: async (server) => filledIn(await lostEverything(server, false), 'submit'),
  },
  '/interaction/:uid/recovery/use': {
    accepted: /[?&]code=/,
    open: async (server) => filledIn(await lostEverything(server, true), 'use'),
  },
  '/interaction/:uid/verify-email': {
    accepted: /said=sent /,
    open: async (server) => filledIn(await halfFinished.verificationDue(server), 'submit'),
  },
};
