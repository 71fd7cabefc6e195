import type { Person } from '../support/people.js';
import { BackupCodes } from '../../src/mfa/backup-codes.service.js';
import { normalizedBackupCode } from '../../src/mfa/backup-code-format.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { accountPages } from './account-tour.js';
import { factorPages } from './factor-tour.js';
import { operatorPages } from './operator-tour.js';
import { otherDevicePages } from './other-device-tour.js';
import { Phone } from './phone.js';
import { setUpPages } from './set-up-tour.js';
import { pagesWithoutMail, waysBackIn } from './sign-in-tour.js';
import type { Stage } from './stage.js';
import type { Window } from './window.js';

export interface Tour {
  readonly stage: Stage;
  readonly window: Window;
  /** Called on every page, and again on each with its mistakes shown. */
  readonly visit: (page: string) => Promise<void>;
}

const PASSWORD = 'brass engine weaves numbers';
let people = 0;
const newcomer = (): Person => {
  const username = `ada.lovelace${++people}`;
  return { username, email: `${username}@example.org`, password: PASSWORD };
};

/** Somebody who is not signed in: the front page, registration, sign-in, and what can go wrong before it. */
async function guestPages({ stage, window, visit }: Tour): Promise<void> {
  const notes = stage.application('notes');
  await window.open('/');
  await visit('welcome');
  await window.press('register');
  await visit('register');
  await window.press('submit');
  await visit('register-empty');
  const person = newcomer();
  await window.submit({ username: person.username, email: person.email, password: person.username });
  await visit('register-refused');
  await window.submit({ password: person.password });
  await visit('registered');
  await window.press('continue');
  await visit('sign-in');
  await window.press('submit');
  await visit('sign-in-empty');
  await window.open(notes.authorizationUrl());
  await visit('sign-in-application');
  await window.signIn({ ...person, password: 'not it' });
  await visit('sign-in-refused');
  await window.open('/register?interaction=' + window.path.split('/')[2]!);
  await visit('register-application');

  await window.open('/nowhere');
  await visit('error-not-found');
  await window.open(notes.authorizationUrl({ client_id: 'nobody' }));
  await visit('error-unknown-client');
  await window.open(notes.authorizationUrl({ redirect_uri: 'https://elsewhere.example/callback' }));
  await visit('error-redirect-uri');
  await window.open('/interaction/AAAAAAAAAAAAAAAAAAAAA');
  await visit('error-interaction-gone');
  await window.open('/register');
  await window.page.context().clearCookies();
  await window.press('submit');
  await visit('error-stale-form');
  await window.open(notes.authorizationUrl());
  const passwords = stage.server.app.get(Passwords);
  stage.server.app.useLogger(false);
  passwords.checkTyped = () => Promise.reject(new Error('on purpose'));
  await window.signIn(person);
  Reflect.deleteProperty(passwords, 'checkTyped');
  await visit('error-internal');
}

/** Somebody who is sent to set up a second factor, and then looks after it. */
async function secondFactorPages({ stage, window, visit }: Tour): Promise<void> {
  const person = newcomer();
  const account = await stage.server.addPerson(person);
  const phone = new Phone(stage);
  const bank = stage.application('bank');
  await window.open(bank.authorizationUrl());
  await window.signIn(person);
  await visit('enrol');
  await window.submit({ code: '123' });
  await visit('enrol-refused');
  phone.scan(await window.screenshot());
  await window.submit({ code: phone.nextCode() });
  await visit('backup-codes-application');
  await window.submit({ code: 'AAAA-BBBB-CCCC-DDDD' });
  await visit('backup-codes-gone-application');
  await window.press('new-codes');
  await window.typeBackupCodeBack();

  await window.open('/dashboard');
  await visit('overview');
  await window.press('change-password');
  await visit('password');
  await window.submit({ current: 'not it', password: 'another fine long phrase' });
  await visit('password-wrong');
  await window.submit({ current: person.password, password: 'qwertyuiop12' });
  await visit('password-refused');
  await window.open('/dashboard/second-factor');
  await visit('second-factor');
  await window.press('set-up');
  await visit('set-up-another');
  await window.press('cancel');
  await window.press('add-passkey');
  await visit('passkey-new');
  await window.open('/dashboard/second-factor');
  await window.press('remove-authenticator-1');
  await visit('factor-remove');
  await window.open('/dashboard/second-factor');
  await window.press('turn-off');
  await visit('turn-off');
  await window.press('cancel');
  await window.press('new-codes');
  await visit('backup-codes');
  const codes = await window.backupCodes;
  await window.submit({ code: '' });
  await visit('backup-codes-gone');
  await window.open('/dashboard/second-factor');
  await visit('second-factor-unfinished');
  await window.open('/dashboard');
  await visit('overview-unfinished');
  await window.press('finish');
  await window.submit({ code: codes[0]! });
  await visit('overview-notice');
  for (const code of codes.slice(0, 8))
    await stage.server.app.get(BackupCodes).spend(account.id, normalizedBackupCode(code)!);
  await window.open('/dashboard');
  await visit('overview-low');
  await window.press('more-codes');
  await visit('second-factor-low');
  await window.open(bank.authorizationUrl({ prompt: 'login' }));
  await visit('sign-in-again');

  await window.page.context().clearCookies();
  await window.open(bank.authorizationUrl());
  await window.signIn(person);
  await visit('totp');
  await window.submit({ code: phone.wrongCode() });
  await visit('totp-refused');
  await window.press('use-backup-code');
  await visit('backup-code');
  await window.submit({ code: '1234' });
  await visit('backup-code-refused');
}

/** Somebody with a password alone: the account pages, consent, and the test application. */
async function passwordPages({ stage, window, visit }: Tour): Promise<void> {
  const person = newcomer();
  await stage.server.addPerson(person);
  const calendar = stage.application('calendar');
  await window.open('/dashboard');
  await window.signIn(person);
  await visit('overview-password-only');
  await window.open('/dashboard/second-factor');
  await visit('second-factor-off');
  await window.press('set-up');
  await visit('set-up');
  await window.press('submit');
  await visit('set-up-empty');
  await window.open(
    calendar.authorizationUrl({ scope: 'openid profile email offline_access', prompt: 'consent' }),
  );
  await visit('consent');
  await window.open('/test-app');
  await visit('test-app');
  await window.press('submit');
  await window.press('submit');
  await visit('test-app-result');
  await window.press('sign-out');
  await visit('sign-out-application');
  await window.press('cancel');
  await window.open('/test-app');
  await window.page.locator('#prompt').check();
  await window.press('submit');
  await visit('sign-in-test-app');
  await window.press('cancel');
  await visit('error-test-app-refused');
  await window.open('/oidc/session/end');
  await visit('sign-out');
  await window.open('/oidc/session/end?client_id=notes');
  await window.press('submit');
  await visit('signed-out-application');
  await window.open('/signed-out');
  await visit('signed-out');
}

/** Every page of a server that sends mail, in several walks. */
export const TOURS = Object.entries({
  guestPages,
  secondFactorPages,
  passwordPages,
  accountPages: (tour: Tour) => accountPages(tour, newcomer()),
  factorPages: (tour: Tour) => factorPages(tour, newcomer()),
  otherDevicePages: (tour: Tour) => otherDevicePages(tour, newcomer()),
  waysBackIn: (tour: Tour) => waysBackIn(tour, newcomer()),
  operatorPages: (tour: Tour) => operatorPages(tour, newcomer()),
  setUpPages: (tour: Tour) => setUpPages(tour, newcomer()),
});

/** What is different on a server that sends none. */
export const TOURS_WITHOUT_MAIL = Object.entries({
  pagesWithoutMail: (tour: Tour) => pagesWithoutMail(tour, newcomer()),
});
