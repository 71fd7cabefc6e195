import { GroupCommands } from '../../src/admin/group-commands.js';
import { addEnrolled } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import type { Tour } from './tour.js';

/** An application for members only, and claims of the house's own; appended to the tests' clients file. */
export const CLUB = `
  - client_id: club
    client_name: Chess Club
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/club/callback]
    groups: [members]
  - client_id: ledger
    client_name: Ledger
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/ledger/callback]
    scope: openid profile email address phone groups team
groups:
  - name: members
  - name: treasurers
claims:
  - {name: department, description: Your department, attribute: department, scopes: [team]}
  - {name: roles, groups: {treasurers: accountant}, scopes: [groups]}
`;

/** An operator who looks at what applications get to know, and is asked, and kept out, like anyone else. */
export async function operatorPages({ stage, window, visit }: Tour, person: Person): Promise<void> {
  await addEnrolled(stage.server, person);
  const shell = stage.server.app.get(GroupCommands);
  await window.open('/dashboard');
  await window.signIn(person);
  await window.submit({ code: person.authenticator!.code(stage.server.clock.now(), 1) });
  await window.open('/admin/claims');
  await visit('error-operators-only');
  await shell.run('operator-add', [person.username]);
  await shell.run('group-add', [person.username, 'treasurers']);
  await shell.run('set-attribute', [person.username, 'given_name', 'Augusta Ada']);
  await window.open('/admin/claims');
  await visit('claims');
  await window.submit({ who: 'nobody' });
  await visit('claims-nobody');
  await window.open(`/admin/claims?client=ledger&who=${person.username}&scope=openid+profile+groups`);
  await visit('claims-of-somebody');
  await window.open('/dashboard/details');
  await visit('details');
  await window.submit({ phoneNumber: '12', website: 'mine' });
  await visit('details-refused');

  const sent = (id: string) => ({ client_id: id, redirect_uri: `http://localhost:9/${id}/callback` });
  const calendar = stage.application('calendar');
  const scope = 'openid profile address phone groups team';
  await window.open(calendar.authorizationUrl({ ...sent('ledger'), scope }));
  await visit('consent-with-claims');
  await window.open(calendar.authorizationUrl({ ...sent('club'), scope: 'openid' }));
  await visit('not-let-in');
}
