import { SHELL } from '../../src/admin/actor.js';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { signInAs } from './console-tour.js';
import type { Tour } from './tour.js';

let made = 0;

/** An operator makes an API, lets an application use it, changes it beside somebody else, and takes it away again. */
async function apis(tour: Tour): Promise<void> {
  const { stage, window, visit } = tour;
  const identifier = `https://orders-${++made}.example/${'long-path/'.repeat(12)}`;
  await signInAs('operator', tour);
  await window.open('/admin/apis');
  await visit('console-apis-of-file');
  await window.press('new');
  await visit('console-api-new');
  await window.submit({
    identifier: 'orders',
    name: 'Orders',
    scopes: 'openid',
    access_token_lifetime: 'long',
    client_id: 'nobody',
  });
  await visit('console-api-new-refused');
  await window.submit({
    identifier,
    scopes: `orders:read See what you ordered\norders:${'write-'.repeat(15)}\n`,
    access_token_lifetime: '300',
    client_id: 'notes',
  });
  await visit('console-api-unused');
  await stage.server.app.get(ManagedClients).create(SHELL, {
    client_id: `night-report-${made}`,
    client_name: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk',
    grant_types: ['client_credentials'],
    apis: [identifier],
    scope: 'orders:read',
  });
  await window.press('edit');
  await visit('console-api-edit');
  const managed = stage.server.app.get(ManagedApis);
  const { fields, version } = (await managed.find(identifier))!;
  await managed.update(SHELL, identifier, version, {
    ...fields,
    name: 'The orders',
    scopes: ['orders:read'],
  });
  await window.submit({ name: 'My orders' });
  await visit('console-api-stale');
  await window.press('submit');
  await window.page.locator('summary').first().click();
  await visit('console-api-changed');
  await window.press('to-list');
  await visit('console-apis-made');
  await window.page.goBack();
  await window.press('remove');
  await visit('console-api-remove');
  await window.submit({ confirm: 'orders' });
  await visit('console-api-remove-refused');
  await window.submit({ confirm: identifier });
  await visit('console-api-removed');
}

export const API_TOURS = Object.entries({ apis });
