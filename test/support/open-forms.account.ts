import { Recovery } from '../../src/mfa/recovery.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { Application } from './application.js';
import { backupCodesOn, Browser } from './browser.js';
import { addEnrolled, somebody } from './enrolled.js';
import {
  answered,
  CODES,
  filledIn,
  nextCode,
  passkeyOptions,
  signedIn,
  type Form,
  type Hands,
} from './open-form.js';
import { authenticatorOf } from './passkeys.js';
import type { TestServer } from './server.js';
import { SoftwareAuthenticator } from './software-authenticator.js';

/** Signed in, two factors asked for anew, the backup codes not confirmed. */
async function settingUp(server: TestServer): Promise<Hands> {
  const hands = await signedIn(server, '/dashboard/second-factor');
  await hands.browser.press('new-codes');
  return hands;
}

async function accountOf(server: TestServer, { person }: Hands) {
  return (await server.app.get(Accounts).findByIdentifier(person.username))!;
}

/** Signed in here and in another browser. */
async function signedInTwice(server: TestServer): Promise<Hands> {
  const { person } = await signedIn(server, '/dashboard');
  return signedIn(server, '/dashboard/sessions', person);
}

/** Signed in, in a browser that is remembered. */
async function remembered(server: TestServer): Promise<Hands> {
  const person = somebody();
  await addEnrolled(server, person);
  const browser = new Browser(server);
  await browser.open(new Application(server, 'notes').authorizationUrl());
  await browser.enterPassword(person);
  server.clock.advance(30_000);
  await browser.press('submit', { code: person.authenticator!.code(server.clock.now()), remember: 'yes' });
  await browser.open('/dashboard/devices');
  return { browser, person };
}

/** The forms of the account pages. */
export const ACCOUNT_FORMS: Record<string, Form> = {
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
    accepted: /done=authenticator-added /,
    open: async (server) => {
      const { browser, person } = await signedIn(server, '/dashboard/second-factor/set-up');
      return filledIn({ browser, person }, 'submit', {
        code: nextCode(server, browser.offeredAuthenticator()),
      });
    },
  },
  '/dashboard/second-factor/backup-codes': {
    accepted: /done=second-factor-on /,
    open: async (server) => {
      const hands = await settingUp(server);
      return filledIn(hands, 'submit', { code: backupCodesOn(hands.browser.page)[0]! });
    },
  },
  '/dashboard/second-factor/backup-codes/new': {
    accepted: CODES,
    open: async (server) => filledIn(await signedIn(server, '/dashboard/second-factor'), 'new-codes'),
  },
  '/dashboard/second-factor/turn-off': {
    accepted: /done=second-factor-off /,
    open: async (server) => filledIn(await signedIn(server, '/dashboard/second-factor/turn-off'), 'submit'),
  },
  '/dashboard/sign-out-everywhere': {
    accepted: /^\/signed-out/,
    open: async (server) => filledIn(await signedIn(server, '/dashboard/sign-out-everywhere'), 'submit'),
  },
  '/dashboard/password/remove': {
    accepted: /done=password-removed /,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard');
      await authenticatorOf(server, await accountOf(server, hands));
      await hands.browser.open('/dashboard/password/remove');
      return filledIn(hands, 'submit');
    },
  },
  '/dashboard/second-factor/passkeys/new': {
    accepted: /done=passkey-added /,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard/second-factor/passkeys/new');
      return answered(hands, new SoftwareAuthenticator(server.url).create(passkeyOptions(hands)));
    },
  },
  '/dashboard/second-factor/:kind/rename': {
    accepted: /done=factor-renamed /,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard/second-factor');
      return filledIn(hands, idStarting(hands, 'rename-'), { name: 'Phone' });
    },
  },
  '/dashboard/second-factor/:kind/remove': {
    accepted: /done=factor-removed /,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard/second-factor');
      await hands.browser.click(idStarting(hands, 'remove-'));
      return filledIn(hands, 'submit');
    },
  },
  '/dashboard/second-factor/cancel-recovery': {
    accepted: /done=recovery-cancelled /,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard');
      await server.app.get(Recovery).request(await accountOf(server, hands));
      await hands.browser.open('/dashboard');
      const form = hands.browser.page.html.querySelector('form[action$="/cancel-recovery"]')!;
      return filledIn(hands, form.querySelector('button')!.id);
    },
  },
  '/dashboard/devices/forget': {
    accepted: /done=device-forgotten /,
    open: async (server) => filledIn(await remembered(server), 'forget-0'),
  },
  '/dashboard/devices/forget-all': {
    accepted: /done=devices-forgotten /,
    open: async (server) => {
      // There is a button for it only where there are several.
      const hands = await remembered(server);
      return { ...hands, path: '/dashboard/devices/forget-all', fields: { _csrf: hands.browser.formToken } };
    },
  },
  '/dashboard/sessions/end': {
    accepted: /done=session-ended /,
    open: async (server) => {
      const hands = await signedInTwice(server);
      return filledIn(hands, idStarting(hands, 'end-'));
    },
  },
  '/dashboard/sessions/end-others': {
    accepted: /done=sessions-ended /,
    open: async (server) => filledIn(await signedInTwice(server), 'end-others'),
  },
  '/dashboard/applications/revoke': {
    accepted: /done=application-revoked /,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard');
      await hands.browser.open(new Application(server, 'calendar').authorizationUrl());
      await hands.browser.press('submit');
      await hands.browser.open('/dashboard/applications');
      await hands.browser.click('revoke-0');
      return filledIn(hands, 'submit');
    },
  },
  '/dashboard/email': {
    accepted: /done=/,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard/email');
      return filledIn(hands, 'submit', { email: `new-${hands.person.email}` });
    },
  },
  '/dashboard/email/confirm': {
    accepted: /done=/,
    open: async (server) => filledIn(await signedIn(server, '/dashboard/email'), 'send-confirmation'),
  },
  '/dashboard/profile': {
    accepted: /done=profile-changed /,
    open: async (server) =>
      filledIn(await signedIn(server, '/dashboard/profile'), 'submit', { timeZone: 'UTC' }),
  },
  '/dashboard/details': {
    accepted: /done=details-changed /,
    open: async (server) =>
      filledIn(await signedIn(server, '/dashboard/details'), 'submit', { locality: 'London' }),
  },
  '/dashboard/profile/picture': {
    // With a picture it is a form of another kind: test/threats/avatar-upload.test.ts.
    accepted: /Choose a picture first/,
    open: async (server) => {
      const { browser, person } = await signedIn(server, '/dashboard/profile');
      const { path, fields } = browser.form('set-picture');
      return { browser, person, path, fields: { _csrf: fields['_csrf']! } };
    },
  },
  '/dashboard/profile/picture/remove': {
    accepted: /done=picture-removed /,
    open: async (server) => {
      const { browser, person } = await signedIn(server, '/dashboard/profile');
      return {
        browser,
        person,
        path: '/dashboard/profile/picture/remove',
        fields: { _csrf: browser.formToken },
      };
    },
  },
  '/dashboard/export': {
    accepted: /"username"/,
    open: async (server) => filledIn(await signedIn(server, '/dashboard/export'), 'submit'),
  },
  '/dashboard/delete': {
    accepted: /^\/deletion-requested/,
    open: async (server) => {
      const hands = await signedIn(server, '/dashboard/delete');
      return filledIn(hands, 'submit', { username: hands.person.username });
    },
  },
  '/dashboard/keep': {
    accepted: /done=account-kept /,
    open: async (server) => {
      const person = somebody();
      const { id } = await addEnrolled(server, person);
      await server.app.get(AccountDeletion).request(id);
      const { browser } = await signedIn(server, '/dashboard', person);
      return filledIn({ browser, person }, 'keep-account');
    },
  },
};

/** The first button or link on the page whose id begins so. */
function idStarting({ browser }: Hands, start: string): string {
  const found = browser.page.html.querySelector(`a[id^="${start}"], button[id^="${start}"]`);
  if (!found) throw new Error(`no #${start}… on ${browser.page.path}: ${browser.page.text.slice(0, 300)}`);
  return found.id;
}
