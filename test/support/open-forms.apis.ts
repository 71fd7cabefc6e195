import { fieldsOn } from './browser.js';
import { filledIn, type Form } from './open-form.js';
import { newApi } from './operator-apis.js';
import { operatorOn } from './open-forms.operators.js';
import type { TestServer } from './server.js';

let made = 0;

async function on(server: TestServer, page: string, values: (identifier: string) => Record<string, string>) {
  const identifier = await newApi(server);
  const part = `~${Buffer.from(identifier).toString('base64url')}`;
  const { browser, person } = await operatorOn(server, `/admin/apis/${part}/${page}`);
  return filledIn({ browser, person }, 'submit', { ...fieldsOn(browser), ...values(identifier) });
}

/** The forms of the operators' pages about APIs. */
export const API_FORMS: Record<string, Form> = {
  '/admin/apis/new': {
    accepted: /The API is there/,
    open: async (server) => {
      const { browser, person } = await operatorOn(server, '/admin/apis/new');
      const identifier = `https://form-${++made}.example/`;
      return filledIn({ browser, person }, 'submit', { ...fieldsOn(browser), identifier });
    },
  },
  '/admin/apis/:api/edit': {
    accepted: /The API was changed|api-\d+\.example/,
    open: (server) => on(server, 'edit', () => ({ name: 'Renamed' })),
  },
  '/admin/apis/:api/remove': {
    accepted: /^\/admin\/apis\?done=api-removed/,
    open: (server) => on(server, 'remove', (confirm) => ({ confirm })),
  },
};
