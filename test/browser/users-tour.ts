import { Accounts } from '../../src/users/accounts.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { PersonFacts } from '../../src/users/person-facts.service.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { signInAs } from './console-tour.js';
import type { Tour } from './tour.js';

/** An operator finds somebody, helps them, and lets others in. */
async function users({ stage, window, visit }: Tour): Promise<void> {
  await signInAs('operator', { stage, window, visit });
  const { server } = stage;
  const person = somebody();
  const { id } = await addEnrolled(server, person);
  await new Browser(server).signIn(person);
  await server.app.get(Groups).create(`staff-${person.username}`);
  await server.app.get(Groups).add(id, `staff-${person.username}`);
  await server.app.get(PersonFacts).changeAttributes(id, () => ({ department: 'Engines' }));
  for (let i = 0; i < 30; i++) await server.addPerson(somebody());

  await window.open('/admin/users');
  await visit('console-users');
  await window.press('next');
  await visit('console-users-next');
  await window.open('/admin/users?q=nobody-is-called-so');
  await visit('console-users-none');
  await window.open(`/admin/users/${id}`);
  await visit('console-user');
  const account = (await server.app.get(Accounts).find(id))!;
  await server.app.get(Recovery).request(account);
  for (const action of [
    'disable',
    'sign-out',
    'email-link',
    'add-group',
    'role',
    'set-attribute',
    'delete',
  ]) {
    await window.open(`/admin/users/${id}`);
    await window.press(`to-${action}`);
    await visit(`console-user-${action}`);
  }
  await window.press('submit');
  await visit('console-user-delete-refused');
  await window.open(`/admin/users/${id}`);
  await window.press('to-set-attribute');
  await window.submit({ attribute: 'sub', value: '1' });
  await visit('console-user-set-attribute-refused');
  await window.open(`/admin/users/${id}`);
  await window.press('remove-0');
  await visit('console-user-remove-factor');
  await window.open(`/admin/users/${id}`);
  await window.press('end-0');
  await visit('console-user-end-session');
  await window.submit({ reason: 'stolen laptop' });
  await visit('console-user-session-ended');
  await window.press('to-password-link');
  await window.press('submit');
  await visit('console-user-password-link');
  await window.press('back');
  await window.press('to-disable');
  await window.submit({ reason: 'stolen laptop' });
  await visit('console-user-disabled');
}

async function invitations({ stage, window, visit }: Tour): Promise<void> {
  await signInAs('operator', { stage, window, visit });
  await window.open('/admin/users/new');
  await visit('console-new');
  await window.submit({ username: '?', email: '?' });
  await visit('console-new-refused');
  const made = somebody();
  await window.submit({ username: made.username, email: made.email });
  await visit('console-new-made');
  await window.open('/admin/users/invite');
  await visit('console-invite');
  await window.submit({ email: 'nobody' });
  await visit('console-invite-refused');
  await window.submit({ email: somebody().email });
  await visit('console-invitations');
  await window.press('withdraw-0');
  await visit('console-withdraw');
}

async function helpDesk({ stage, window, visit }: Tour): Promise<void> {
  const person = await signInAs('help-desk', { stage, window, visit });
  const account = (await stage.server.app.get(Accounts).findByIdentifier(person.username))!;
  await window.open(`/admin/users/${account.id}`);
  await visit('console-user-may-not-help');
  await window.open(`/admin/users/${account.id}/help/disable`);
  await visit('error-may-not-help');
}

export const USERS_TOURS = Object.entries({ users, invitations, helpDesk });
