import { SigningKeys } from '../../src/admin/keys/signing-keys.service.js';
import { filledIn, type Form } from './open-form.js';
import { operatorOn } from './open-forms.operators.js';

/** The forms of the operators' pages about what the server keeps. */
export const RECORDS_FORMS: Record<string, Form> = {
  '/admin/audit/verify': {
    accepted: /^\/admin\/audit\/verify .*(is running|The last verification)/,
    open: async (server) => filledIn(await operatorOn(server, '/admin/audit/verify'), 'submit'),
  },
  '/admin/audit/export': {
    accepted: /sign-in\.completed/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/audit/export'), 'submit', { format: 'csv' }),
  },
  '/admin/keys/rotate': {
    accepted: /New signing keys are published/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/keys/rotate'), 'submit', { when: 'in-a-day' }),
  },
  '/admin/keys/:kid/revoke': {
    accepted: /The key is revoked/,
    open: async (server) => {
      const { kid } = (await server.app.get(SigningKeys).list()).find(({ state }) => state === 'signs')!;
      return filledIn(await operatorOn(server, `/admin/keys/${kid}/revoke`), 'submit', { kid });
    },
  },
};
