import { SHELL } from '../../src/admin/actor.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { ClientRefusals } from '../../src/clients/client-refusals.service.js';
import { filledIn, type Form } from './open-form.js';
import { fieldsOn } from './browser.js';
import { operatorOn } from './open-forms.operators.js';
import type { TestServer } from './server.js';

let made = 0;

/** A client that operators made. */
export async function newClient(server: TestServer, fields: Record<string, unknown> = {}): Promise<string> {
  const id = `made-${++made}`;
  const result = await server.app
    .get(ManagedClients)
    .create(SHELL, { client_id: id, redirect_uris: [`https://${id}.example/cb`], ...fields });
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  return id;
}

const on = async (server: TestServer, page: string, values: Record<string, string> = {}) => {
  const id = await newClient(server);
  const { browser, person } = await operatorOn(server, `/admin/clients/${id}/${page}`);
  return filledIn({ browser, person }, 'submit', { ...fieldsOn(browser), ...values });
};

/** The forms of the operators' pages about applications. */
export const CLIENT_FORMS: Record<string, Form> = {
  '/admin/clients/new': {
    accepted: /argocd.*Make the application/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/clients/new'), 'submit', {
        application: 'argo-cd',
        address: 'https://argocd.example.org',
      }),
  },
  '/admin/clients/new/:template': {
    accepted: /Copy the secret now/,
    open: async (server) => {
      const { browser, person } = await operatorOn(server, '/admin/clients/new/web');
      return filledIn({ browser, person }, 'submit', {
        ...fieldsOn(browser),
        client_id: `form-${++made}`,
        redirect_uris: 'https://form.example/cb',
      });
    },
  },
  '/admin/clients/:client/edit': {
    accepted: /The application was changed|made-\d+/,
    open: (server) => on(server, 'edit', { client_name: 'Renamed' }),
  },
  '/admin/clients/:client/secret': {
    accepted: /Copy the secret now/,
    open: (server) => on(server, 'secret'),
  },
  '/admin/clients/:client/old-secret': {
    accepted: /made-\d+/,
    open: (server) => on(server, 'old-secret'),
  },
  '/admin/clients/:client/logo': {
    accepted: /Choose a picture first/,
    open: async (server) => {
      const form = await on(server, 'logo');
      const { picture: _none, ...fields } = form.fields;
      return { ...form, fields };
    },
  },
  '/admin/clients/:client/refused/:refusal': {
    accepted: /The address was added/,
    open: async (server) => {
      const id = await newClient(server);
      const refusals = server.app.get(ClientRefusals);
      refusals.note(id, 'redirect_uri', `https://${id}.example/other`);
      await refusals.flush();
      const { browser, person } = await operatorOn(server, `/admin/clients/${id}`);
      await browser.click('add-0');
      return filledIn({ browser, person }, 'submit');
    },
  },
  '/admin/clients/:client/remove': {
    accepted: /^\/admin\/clients\?done=client-removed/,
    open: async (server) => {
      const form = await on(server, 'remove');
      return { ...form, fields: { ...form.fields, confirm: /clients\/([^/]+)/.exec(form.path)![1]! } };
    },
  },
};
