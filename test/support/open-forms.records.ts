import { SigningKeys } from '../../src/admin/keys/signing-keys.service.js';
import { shell } from './claims.js';
import { somebody } from './enrolled.js';
import { filledIn, type Form } from './open-form.js';
import { operatorOn } from './open-forms.operators.js';
import { addLetter } from './records.js';
import type { TestServer } from './server.js';

let groups = 0;
const newGroup = () => `group-${++groups}`;

/** An operator on a page of a group of its own. */
async function onGroup(server: TestServer, page: string, more = '') {
  const name = newGroup();
  await shell(server, 'group-create', name);
  return operatorOn(server, `/admin/groups/${page}?name=${name}${more}`);
}

async function onLetter(server: TestServer, page: string) {
  const { id } = await server.addPerson(somebody());
  return operatorOn(server, `/admin/mail/letters/${await addLetter(server, id)}/${page}`);
}

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
  '/admin/groups/new': {
    accepted: /The group is made/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/groups/new'), 'submit', { name: newGroup() }),
  },
  '/admin/groups/describe': {
    accepted: /The description is changed/,
    open: async (server) => filledIn(await onGroup(server, 'describe'), 'submit', { description: 'Pay' }),
  },
  '/admin/groups/delete': {
    accepted: /The group is deleted/,
    open: async (server) => filledIn(await onGroup(server, 'delete'), 'submit'),
  },
  '/admin/groups/add': {
    accepted: /The person is in the group/,
    open: async (server) => {
      const hands = await onGroup(server, 'add');
      return filledIn(hands, 'submit', { who: hands.person.username });
    },
  },
  '/admin/groups/remove': {
    accepted: /not in the group any more/,
    open: async (server) => {
      const member = somebody();
      const { id } = await server.addPerson(member);
      return filledIn(await onGroup(server, 'remove', `&account=${id}`), 'submit');
    },
  },
  '/admin/mail/:box/:id/retry': {
    accepted: /It is tried again now/,
    open: async (server) => filledIn(await onLetter(server, 'retry'), 'submit'),
  },
  '/admin/mail/:box/:id/drop': {
    accepted: /It is not sent any more/,
    open: async (server) => filledIn(await onLetter(server, 'drop'), 'submit', { reason: 'sent by hand' }),
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
