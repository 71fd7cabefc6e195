import { Audit } from '../../src/audit/audit.service.js';
import { SigningKeys } from '../../src/admin/keys/signing-keys.service.js';
import { Verifications } from '../../src/admin/audit/verifications.service.js';
import { shell } from '../support/claims.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { addLetter, addNotice } from '../support/records.js';
import { signInAs } from './console-tour.js';
import type { Tour } from './tour.js';

/** The audit log: what is found and what is not, one event, an export, and whether it is whole. */
async function audit(tour: Tour): Promise<void> {
  const { stage, window, visit } = tour;
  const { username } = await signInAs('operator', tour);
  await stage.server.app.get(Audit).record('mail.tested', {
    result: 'failure',
    clientId: 'calendar',
    detail: {
      by: 'shell',
      failure: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    },
  });
  await window.open('/admin/audit');
  await visit('console-audit');
  await window.submit({ who: 'nobody', by: 'shell' });
  await visit('console-audit-refused');
  await window.open('/admin/audit?name=throttle&address=203.0.113.1');
  await visit('console-audit-none');
  await window.open(`/admin/audit?name=operator&who=${username}`);
  await window.page.locator('.events a').first().click();
  await window.page.waitForLoadState();
  await visit('console-audit-event');
  await window.open(`/admin/audit/export?who=${username}&to=2030-01-01`);
  await visit('console-audit-export');
  await window.open('/admin/audit/verify');
  await window.press('submit');
  await stage.server.app.get(Verifications).ended();
  await window.open('/admin/audit/verify');
  await visit('console-audit-verified');
}

/** Groups: one of the clients file and one that is made here, with somebody in it. */
async function groups(tour: Tour): Promise<void> {
  const { stage, window, visit } = tour;
  const { username } = await signInAs('operator', tour);
  await window.open('/admin/groups/new');
  await visit('console-groups-new');
  await window.submit({ name: 'no name', description: 'x'.repeat(201) });
  await visit('console-groups-new-refused');
  const name = `fleet/${username}`;
  await window.submit({ name, description: 'Everyone who drives' });
  await visit('console-group-empty');
  await window.press('add');
  await visit('console-group-add');
  await window.submit({ who: 'nobody' });
  await visit('console-group-add-refused');
  await window.submit({ who: username });
  await window.open(`/admin/groups/group?name=${name}`);
  await visit('console-group');
  await window.press('remove-0');
  await visit('console-group-remove');
  await window.open(`/admin/groups/describe?name=${name}`);
  await visit('console-group-describe');
  await window.open(`/admin/groups/delete?name=${name}`);
  await visit('console-group-delete');
  await window.open('/admin/groups/group?name=members');
  await visit('console-group-declared');
  await window.open('/admin/groups');
  await visit('console-groups');
  await shell(stage.server, 'group-delete', name);
}

/** Signing keys: in every state, and how they are changed. */
async function keys(tour: Tour): Promise<void> {
  const { stage, window, visit } = tour;
  await signInAs('operator', tour);
  await window.open('/admin/keys/rotate');
  await visit('console-keys-rotate');
  await window.press('submit');
  const signing = (await stage.server.app.get(SigningKeys).list()).find(({ state }) => state === 'signs')!;
  await window.open(`/admin/keys/${signing.kid}/revoke`);
  await visit('console-keys-revoke');
  await window.submit({ kid: 'something else' });
  await visit('console-keys-revoke-refused');
  await window.submit({ kid: signing.kid });
  await visit('console-keys');
}

async function apis(tour: Tour): Promise<void> {
  await signInAs('operator', tour);
  await tour.window.open('/admin/apis');
  await tour.window.page.locator('summary').first().click();
  await tour.visit('console-apis');
}

/** What waits to be told, and what could not be. */
async function mail(tour: Tour): Promise<void> {
  const { stage, window, visit } = tour;
  const { username } = await signInAs('operator', tour);
  const { id } = (await stage.server.app.get(Accounts).findByIdentifier(username))!;
  const letter = await addLetter(stage.server, id);
  const notice = await addNotice(stage.server, id, 'waiting');
  await addNotice(stage.server, id, 'failed');
  await window.open('/admin/mail');
  await visit('console-mail');
  await window.open(`/admin/mail/letters/${letter}/retry`);
  await visit('console-mail-retry');
  await window.open(`/admin/mail/letters/${letter}/drop`);
  await window.submit({ reason: ' ' });
  await visit('console-mail-drop-refused');
  await window.submit({ reason: 'sent by hand' });
  await visit('console-mail-dropped');
  await window.open('/admin/mail/settled');
  await visit('console-mail-settled');
  await window.open('/admin/mail/notices');
  await visit('console-mail-notices');
  await window.open(`/admin/mail/notices/${notice}/drop`);
  await visit('console-mail-notice-drop');
}

/** One walk for each kind of records. */
export const RECORDS_TOURS = Object.entries({ apis, audit, groups, keys, mail });
