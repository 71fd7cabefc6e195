import sharp from 'sharp';
import { SHELL } from '../../src/admin/actor.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { ClientRefusals } from '../../src/clients/client-refusals.service.js';
import { RegisteredClients } from '../../src/clients/registered-clients.service.js';
import { Sql } from '../../src/database/sql.js';
import { signInAs } from './console-tour.js';
import type { Tour } from './tour.js';

let wikis = 0;

/** An operator connects an application, sees why it does not work, and looks after it. */
async function applications(tour: Tour): Promise<void> {
  const { stage, window, visit } = tour;
  const id = `wiki-${++wikis}`;
  await signInAs('operator', tour);
  await window.open('/admin/clients');
  await visit('console-clients');
  await window.open('/admin/clients?search=nothing-of-that-kind');
  await visit('console-clients-none');
  await window.open('/admin/clients/new');
  await visit('console-clients-choose');
  await window.submit({ address: 'grafana' });
  await visit('console-clients-choose-refused');
  await window.press('kind-web');
  await visit('console-clients-new');
  await window.page.locator('summary').last().click();
  await window.submit({
    client_id: id,
    client_name: 'Our Wiki',
    redirect_uris: 'http://wiki.example/cb',
    rest: 'contacts: ops',
  });
  await visit('console-clients-new-refused');
  await preview(tour);
  await window.submit({
    redirect_uris: `https://wiki.example/${'long-path/'.repeat(12)}cb`,
    rest: 'contacts: [ops@example.org]',
  });
  await visit('console-clients-secret-made');
  await window.press('to-client');
  await visit('console-client');
  await window.press('rotate');
  await visit('console-client-rotate');
  await window.press('submit');
  await window.press('to-client');
  await visit('console-client-two-secrets');
  await window.press('end-old-secret');
  await visit('console-client-old-secret');
  await window.press('submit');
  await visit('console-client-changed');

  await window.press('edit');
  await visit('console-client-edit');
  const clients = stage.server.app.get(ManagedClients);
  const { fields, version } = (await clients.find(id))!;
  await clients.update(SHELL, id, version, { ...fields, client_name: 'The Wiki', scope: 'openid' });
  await window.submit({ client_name: 'My Wiki' });
  await visit('console-client-stale');
  await window.press('submit');
  await window.press('logo');
  await visit('console-client-logo');
  await window.press('submit');
  await visit('console-client-logo-refused');
  await window.page
    .locator('#picture')
    .setInputFiles({ name: 'sign.png', mimeType: 'image/png', buffer: await sign() });
  await window.press('preview');
  await visit('console-client-logo-preview');
  await window.press('use-drawn');

  await refusals(tour, id);
  await window.press('to-list');
  await visit('console-clients-refused');
  await window.open(`/admin/clients/${id}/settings?application=grafana`);
  await visit('console-client-settings');
  await window.open(`/admin/clients/${id}/remove`);
  await window.submit({ confirm: 'notes' });
  await visit('console-client-remove');
  await window.submit({ confirm: id });
}

function sign(): Promise<Buffer> {
  return sharp({ create: { width: 120, height: 90, channels: 3, background: '#d08030' } })
    .png()
    .toBuffer();
}

/** Of what was refused before: what is sound of it is in the picture. */
async function preview({ window, visit }: Tour): Promise<void> {
  await window.page.locator('#part-pages summary').click();
  for (const [field, value] of Object.entries({
    brand_color: '#8a1c5b',
    policy_uri: 'https://wiki.example/privacy',
    tos_uri: 'https://wiki.example/terms',
  }))
    await window.page.locator(`#${field}`).fill(value);
  await window.press('preview');
  await visit('console-client-preview');
}

async function refusals({ stage, window, visit }: Tour, id: string): Promise<void> {
  const notes = stage.application('notes');
  const ask = (params: Record<string, string>) => fetch(notes.authorizationUrl(params));
  await ask({ client_id: id, scope: 'openid', redirect_uri: 'https://wiki.example/long-path/CB?x=1' });
  await ask({ redirect_uri: 'https://notes.example/callback' });
  await ask({ client_id: 'wicki' });
  await stage.server.app.get(ClientRefusals).flush();
  await window.open('/admin/clients/notes');
  await visit('console-client-of-file');
  await window.open(`/admin/clients/${id}`);
  await visit('console-client-refused');
  await window.press('add-0');
  await visit('console-client-add');
  await window.press('submit');
}

/** An operator takes an application away that nobody here let in. */
async function registeredThemselves(tour: Tour): Promise<void> {
  const { stage, window, visit } = tour;
  const id = `app-tour-${++wikis}`;
  const { app } = stage.server;
  const metadata = { client_name: 'Calendar for everybody', redirect_uris: ['https://everybody.example/cb'] };
  await app.get(Sql).transaction((sql) => app.get(RegisteredClients).insert(sql, id, metadata));
  await signInAs('operator', tour);
  await window.open(`/admin/clients/${id}`);
  await visit('console-client-registered');
  await window.press('remove');
  await visit('console-client-registered-remove');
  await window.submit({ confirm: 'notes' });
  await visit('console-client-registered-remove-refused');
  await window.submit({ confirm: id });
  await visit('console-client-registered-removed');
}

export const CLIENT_TOURS = Object.entries({ applications, registeredThemselves });
