import { EntityManager } from '@mikro-orm/core';
import { Sql } from '../../src/database/sql.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { Account } from '../../src/users/account.entity.js';
import { addEnrolled } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import type { Stage } from './stage.js';
import type { Tour } from './tour.js';
import type { Window } from './window.js';

/** Somebody whose account is in use: several browsers, remembered ones, applications; and how it all ends. */
export async function accountPages(tour: Tour, person: Person): Promise<void> {
  const { stage, window, visit } = tour;
  const account = await addEnrolled(stage.server, person);
  await confirmAddress(stage, account.id);
  await signInAndRemember(stage, window, person);
  await visit('overview-all-well');
  await window.open('/dashboard/applications');
  await visit('applications-none');
  await window.open('/dashboard/sessions');
  await visit('sessions-one');

  const elsewhere = await stage.chromium.window({ device: 'phone' });
  await signInAndRemember(stage, elsewhere, person);
  const { calendar, notes, photos, bank } = {
    calendar: stage.application('calendar'),
    notes: stage.application('notes'),
    photos: stage.application('photos'),
    bank: stage.application('bank'),
  };
  await elsewhere.open(
    calendar.authorizationUrl({ scope: 'openid profile email offline_access', prompt: 'consent' }),
  );
  await elsewhere.press('submit');
  await calendar.tokens();
  for (const application of [notes, photos, bank]) {
    await elsewhere.open(application.authorizationUrl());
    await application.tokens();
  }
  await elsewhere.close();

  await window.open('/dashboard');
  await visit('overview-in-use');
  await stage.server.app.get(Recovery).request(account);
  await window.open('/dashboard');
  await visit('overview-recovery');
  await window.press('cancel-recovery');
  await visit('overview-recovery-cancelled');
  for (const page of ['profile', 'email', 'activity', 'export', 'delete', 'devices']) {
    await window.open(`/dashboard/${page}`);
    await visit(page);
  }
  await window.press('forget-0');
  await visit('devices-notice');
  await window.press('forget-0');
  await visit('devices-none');
  await window.open('/dashboard/applications');
  await window.page.locator('summary').last().click();
  await visit('applications');
  await window.press('revoke-3');
  await visit('revoke');
  await window.press('cancel');
  await window.open('/dashboard/sessions');
  await visit('sessions');
  await window.press('everywhere');
  await visit('sign-out-everywhere');
  await window.press('submit');
  await asTimeGoesBy(stage, account.id);
  await window.page.reload();
  await visit('receipt');
  await window.open('/signed-out/everywhere');
  await visit('receipt-nobody');
  await window.open('/signed-out/AAAAAAAAAAAAAAAAAAAAAA');
  await visit('receipt-gone');
}

export function confirmAddress({ server }: Stage, accountId: string): Promise<unknown> {
  const em = server.app.get(EntityManager).fork();
  return em.nativeUpdate(Account, { id: accountId }, { emailVerifiedAt: server.clock.now() });
}

export async function signInAndRemember({ server }: Stage, window: Window, person: Person): Promise<void> {
  await window.open('/dashboard');
  await window.signIn(person);
  server.clock.advance(30_000);
  await window.page.locator('#remember').check();
  await window.submit({ code: person.authenticator!.code(server.clock.now()) });
}

/** What becomes of telling applications when they listen, are away, and stay away. */
async function asTimeGoesBy({ server }: Stage, accountId: string): Promise<void> {
  const set = (client: string, state: string, tries: number, dueAt: number | null) =>
    server.app
      .get(Sql)
      .run(
        'UPDATE logout_notice SET state = ?, tries = ?, due_at = ? WHERE account_id = ? AND client_id = ?',
        state,
        tries,
        dueAt,
        accountId,
        client,
      );
  await set('notes', 'told', 1, null);
  // Nobody tries so soon: the clock of a test stands still.
  await set('photos', 'waiting', 2, server.clock.now().getTime() + 120_000);
  await set('bank', 'failed', 9, null);
}
