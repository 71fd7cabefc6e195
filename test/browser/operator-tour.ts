import { GroupCommands } from '../../src/admin/commands/group-commands.js';
import { BackchannelApplication, CIBA_GRANT, secretOf } from '../support/ciba.js';
import { addEnrolled } from '../support/enrolled.js';
import type { Person } from '../support/people.js';
import { DECENT, register } from '../support/self-registered.js';
import type { Tour } from './tour.js';

const STOCK = 'https://stock.example/';

/** An application for members only, claims of the house's own, and an API; appended to the tests' clients file. */
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
    scope: openid profile email address phone groups team stock:read stock:write
    apis: [${STOCK}]
    authorization_details_types: [order]
  - client_id: stock
    client_name: Stock Taker
    client_secret: ${secretOf('stock')}
    grant_types: ['${CIBA_GRANT}']
    scope: openid email team stock:read stock:write
    apis: [${STOCK}]
    authorization_details_types: [order]
groups:
  - name: members
  - name: treasurers
claims:
  - {name: department, description: Your department, attribute: department, scopes: [team]}
  - {name: roles, groups: {treasurers: accountant}, scopes: [groups]}
apis:
  - identifier: ${STOCK}
    name: Stock Room
    scopes:
      - {name: 'stock:read', description: See what is in stock}
      - stock:write
authorization_details_types:
  - type: order
    name: An order
    description: It is sent at once
    fields:
      pieces: {type: number, label: Pieces, required: true}
      article: {type: text, label: Article}
`;

/** What is exactly asked for (RFC 9396), with a word that is too long for a line. */
const ORDER = JSON.stringify([
  { type: 'order', pieces: 12, article: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk' },
]);

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

  await new BackchannelApplication(stage.server, 'stock').ask(person.username, {
    scope: 'openid email team stock:read stock:write',
    resource: STOCK,
    authorization_details: ORDER,
    binding_message: 'Shelf 12',
  });
  await window.open('/dashboard');
  await visit('overview-of-operator');
  await window.open('/dashboard/approvals');
  await visit('approvals-with-details');

  const sent = (id: string) => ({ client_id: id, redirect_uri: `http://localhost:9/${id}/callback` });
  const calendar = stage.application('calendar');
  const scope = 'openid profile address phone groups team';
  await window.open(calendar.authorizationUrl({ ...sent('ledger'), scope }));
  await visit('consent-with-claims');
  const orders = { scope: 'openid stock:read stock:write', resource: STOCK, authorization_details: ORDER };
  await window.open(calendar.authorizationUrl({ ...sent('ledger'), ...orders }));
  await visit('consent-with-api');
  await window.open(calendar.authorizationUrl({ ...sent('club'), scope: 'openid' }));
  await visit('not-let-in');
  const { body: registered } = await register(stage.server, DECENT);
  const stranger = { client_id: String(registered['client_id']), redirect_uri: DECENT.redirect_uris[0]! };
  await window.open(calendar.authorizationUrl({ ...stranger, scope: 'openid email' }));
  await visit('consent-registered');
}
