import { Sql } from '../../src/database/sql.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import type { Account } from '../../src/users/account.entity.js';
import type { LinkPurpose } from '../../src/users/link-kinds.js';
import { OneTimeLinks } from '../../src/users/one-time-links.js';
import { addEnrolled } from '../support/enrolled.js';
import { addPasskey } from '../support/passkeys.js';
import type { Person } from '../support/people.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import type { Stage } from './stage.js';
import type { Tour } from './tour.js';

/** Somebody with every kind of second factor, and none of them at hand; and what the links in mails open. */
export async function waysBackIn(tour: Tour, person: Person): Promise<void> {
  const { stage, window, visit } = tour;
  const { server } = stage;
  const account = await addEnrolled(server, person);
  await addPasskey(server, account, new SoftwareAuthenticator(server.url));
  const photos = stage.application('photos');
  await window.open(photos.authorizationUrl());
  await window.press('forgot');
  await visit('forgot-password');
  await window.press('submit');
  await visit('forgot-password-empty');
  await window.submit({ username: person.email });
  await visit('forgot-password-sent');

  await window.open(photos.authorizationUrl());
  await window.signIn(person);
  await window.submit({ code: person.authenticator!.code(server.clock.now(), -8) });
  await visit('totp-clock-slow');
  await window.press('use-security-key');
  await visit('security-key');
  await window.press('lost-everything');
  await visit('recovery');
  await window.press('submit');
  await visit('recovery-waiting');
  await server.app.get(Recovery).confirm(account.id);
  await window.open(window.path);
  await visit('recovery-ready');
  await window.press('use');
  await visit('verify-email');
  await window.press('submit');
  await visit('verify-email-sent');

  await linkPages(tour, account);
}

async function linkPages({ stage, window, visit }: Tour, account: Account): Promise<void> {
  const { email } = account;
  const link = await linkTo(stage, account, 'reset-password');
  await window.open(link);
  await visit('reset-password');
  await window.submit({ password: 'short' });
  await visit('reset-password-refused');
  await window.submit({ password: 'five patient herons wade' });
  await visit('reset-password-done');
  await window.open(link);
  await visit('link-gone');

  await window.open(await linkTo(stage, account, 'sign-in'));
  await visit('sign-in-link');
  await window.open(await linkTo(stage, account, 'verify-email'));
  await visit('link-verify-email');
  await window.press('submit');
  await visit('link-verify-email-done');
  const links = stage.server.app.get(OneTimeLinks);
  const reservation = await links.reserve(stage.server.app.get(Sql), account.id, email, null);
  await window.open(await linkTo(stage, account, 'undo-email-change', { email, reservation }));
  await visit('link-undo-email-change');
  await window.press('submit');
  await visit('link-undo-email-change-done');
  await window.open(await linkTo(stage, account, 'not-me'));
  await visit('link-not-me');
  await window.open('/link-done/not-me-closed');
  await visit('link-not-me-closed');
}

async function linkTo(
  stage: Stage,
  { id, email }: Account,
  purpose: LinkPurpose,
  detail = {},
): Promise<string> {
  return (await stage.server.app.get(OneTimeLinks).make(purpose, id, email, detail)).url;
}

/** Where the server sends no mail, what needs mail says so. */
export async function pagesWithoutMail({ stage, window, visit }: Tour, person: Person): Promise<void> {
  const { server } = stage;
  const account = await addEnrolled(server, person);
  await window.open('/forgot-password');
  await visit('forgot-password-no-mail');
  const photos = stage.application('photos');
  await window.open(photos.authorizationUrl());
  await window.signIn(person);
  await window.press('lost-everything');
  await visit('recovery-by-operator');
  await window.press('submit');
  await visit('recovery-by-operator-waiting');
  await server.app.get(Recovery).confirm(account.id);
  await window.open(window.path);
  await window.press('use');
  await visit('verify-email-no-mail');
  await window.open('/dashboard');
  await window.signIn(person);
  await visit('overview-no-mail');
  await window.press('change-email');
  await visit('email-no-mail');
  await window.open('/dashboard/delete');
  await visit('delete-no-mail');
  await window.submit({ username: person.username });
  await visit('deletion-requested-no-mail');
}
