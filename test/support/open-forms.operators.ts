import { Authenticators } from '../../src/mfa/authenticators.service.js';
import { SessionList } from '../../src/oidc/sessions/session-list.service.js';
import { Invitations } from '../../src/users/invitations.js';
import { Browser } from './browser.js';
import { shell } from './claims.js';
import { addEnrolled, somebody } from './enrolled.js';
import { filledIn, type Form } from './open-form.js';
import type { TestServer } from './server.js';
import { nearlyOperator, newSetUpLink, operators } from './set-up.js';

/** An operator on one of their pages. */
export async function operatorOn(server: TestServer, path: string) {
  const person = somebody();
  await addEnrolled(server, person);
  await shell(server, 'operator-add', person.username);
  const browser = new Browser(server);
  await browser.signIn(person);
  await browser.open(path);
  return { browser, person };
}

/** An operator on the page of an action on somebody else's account. */
async function onUser(server: TestServer, path: string, fields: Record<string, string>) {
  const { id } = await server.addPerson(somebody());
  return filledIn(await operatorOn(server, `/admin/users/${id}${path}`), 'submit', fields);
}

/** The server as it was before anybody set it up. */
export async function linkAnew(server: TestServer): Promise<string> {
  for (const username of await operators(server)) await shell(server, 'operator-remove', username);
  return newSetUpLink(server);
}

/** The forms of the operators' pages, and of the links that are for people who have no account yet. */
export const OPERATOR_FORMS: Record<string, Form> = {
  '/set-up': {
    accepted: /^\/interaction\/[^/]+\/register /,
    open: async (server) => {
      const browser = new Browser(server);
      await browser.open(await linkAnew(server));
      return filledIn({ browser, person: somebody() }, 'submit');
    },
  },
  '/admin/set-up': {
    accepted: /^\/admin Overview .*First steps/,
    open: async (server) => {
      const browser = new Browser(server);
      const person = somebody();
      await nearlyOperator(browser, await linkAnew(server), person);
      return filledIn({ browser, person }, 'submit');
    },
  },
  '/invitation': {
    accepted: /^\/interaction\/[^/]+\/register /,
    open: async (server) => {
      const browser = new Browser(server);
      await browser.open((await server.app.get(Invitations).make(null)).url);
      return filledIn({ browser, person: somebody() }, 'submit');
    },
  },
  '/admin/mail-test': {
    accepted: /took the letter/,
    open: async (server) => filledIn(await operatorOn(server, '/admin/mail-test'), 'submit'),
  },
  '/admin/users/invite': {
    accepted: /Send this link to one person/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/users/invite'), 'submit', { email: '' }),
  },
  '/admin/users/invitations/:invitation': {
    accepted: /done=invitation-withdrawn /,
    open: async (server) => {
      const { id } = await server.app.get(Invitations).make(null);
      return filledIn(await operatorOn(server, `/admin/users/invitations/${id}`), 'submit');
    },
  },
  '/admin/users/new': {
    accepted: /The first password/,
    open: async (server) => {
      const { username, email } = somebody();
      return filledIn(await operatorOn(server, '/admin/users/new'), 'submit', { username, email });
    },
  },
  '/admin/users/:id/help/:action': {
    accepted: /done=disable /,
    open: async (server) => onUser(server, '/help/disable', { reason: 'lost the phone' }),
  },
  '/admin/users/:id/rights/:action': {
    accepted: /done=role /,
    open: async (server) => onUser(server, '/rights/role', { role: 'help-desk' }),
  },
  '/admin/users/:id/factors/:kind/:factor': {
    accepted: /done=remove-factor /,
    open: async (server) => {
      const whom = await addEnrolled(server, somebody());
      const [factor] = await server.app.get(Authenticators).list(whom.id);
      const page = `/admin/users/${whom.id}/factors/totp/${factor!.id}`;
      return filledIn(await operatorOn(server, page), 'submit', { reason: 'lost the phone' });
    },
  },
  '/admin/users/:id/sessions/:session': {
    accepted: /done=end-session /,
    open: async (server) => {
      const whom = somebody();
      const { id } = await server.addPerson(whom);
      await new Browser(server).signIn(whom);
      const [session] = await server.app.get(SessionList).of(id, '');
      const page = `/admin/users/${id}/sessions/${session!.id}`;
      return filledIn(await operatorOn(server, page), 'submit', { reason: 'a lost telephone' });
    },
  },
  '/admin/settings/:name': {
    accepted: /The setting is changed/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/settings/GATEHOUSE_PASSWORD_MIN_LENGTH'), 'submit', {
        value: '12',
      }),
  },
  '/admin/branding': {
    accepted: /The appearance is changed/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/branding'), 'submit', { color: '#0b6a4c' }),
  },
  '/admin/branding/logo': {
    // With a picture it is a form of another kind: test/flows/branding.test.ts.
    accepted: /Choose a picture first/,
    open: async (server) => {
      const { browser, person } = await operatorOn(server, '/admin/branding');
      const { path, fields } = browser.form('set-logo');
      return { browser, person, path, fields };
    },
  },
  '/admin/branding/logo/remove': {
    accepted: /The appearance is changed/,
    open: async (server) => {
      const { browser, person } = await operatorOn(server, '/admin/branding');
      return { browser, person, path: '/admin/branding/logo/remove', fields: { _csrf: browser.formToken } };
    },
  },
  '/admin/first-client': {
    accepted: /For the clients file/,
    open: async (server) =>
      filledIn(await operatorOn(server, '/admin/first-client'), 'submit', {
        application: 'grafana',
        address: 'https://grafana.example.org',
      }),
  },
};
