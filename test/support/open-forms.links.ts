import { EntityManager } from '@mikro-orm/core';
import { Sql } from '../../src/database/sql.js';
import { Recovery } from '../../src/mfa/recovery.service.js';
import { Account } from '../../src/users/account.entity.js';
import type { LinkPurpose } from '../../src/users/link-kinds.js';
import { OneTimeLinks } from '../../src/users/one-time-links.js';
import { Browser } from './browser.js';
import { somebody } from './enrolled.js';
import { filledIn, type Form } from './open-form.js';
import type { TestServer } from './server.js';

type Detail = Record<string, unknown>;
type Prepare = (server: TestServer, account: Account) => Promise<Detail | void>;

/** The page of a link, opened. @param prepare what makes such a link meaningful; returns what the link is about */
function link(purpose: LinkPurpose, accepted: RegExp, prepare?: Prepare, values = {}): Form {
  return {
    accepted,
    open: async (server) => {
      const person = somebody();
      const account = await server.addPerson(person);
      const detail = (await prepare?.(server, account)) ?? {};
      const links = server.app.get(OneTimeLinks);
      const { url } = await links.make(purpose, account.id, account.email, detail);
      const browser = new Browser(server);
      await browser.open(url);
      return filledIn({ browser, person }, 'submit', values);
    },
  };
}

/** The forms that links in mails open, and the one that asks for such a link. */
export const LINK_FORMS: Record<string, Form> = {
  '/forgot-password': {
    accepted: /^\/forgot-password\/sent /,
    open: async (server) => {
      const browser = new Browser(server);
      await browser.open('/forgot-password');
      const person = somebody();
      return filledIn({ browser, person }, 'submit', { username: person.username });
    },
  },
  '/reset-password': link('reset-password', /^\/link-done\/reset-password /, undefined, {
    password: 'five patient herons wade',
  }),
  '/verify-email': link('verify-email', /^\/link-done\/verify-email /),
  '/confirm-email': link('confirm-new-email', /^\/link-done\/confirm-email /, async (_server, { email }) => ({
    email: `new-${email}`,
  })),
  '/undo-email-change': link(
    'undo-email-change',
    /^\/link-done\/undo-email-change /,
    async (server, { id, email }) => ({
      email,
      reservation: await server.app.get(OneTimeLinks).reserve(server.app.get(Sql), id, email, null),
    }),
  ),
  '/keep-account': link('keep-account', /^\/link-done\/keep-account /, async (server, { id }) => {
    // Not by the service: its letter would bring a newer link, sooner or later.
    const deletionDueAt = new Date(server.clock.now().getTime() + 86_400_000);
    await server.app.get(EntityManager).fork().nativeUpdate(Account, { id }, { deletionDueAt });
  }),
  '/not-me': link('not-me', /^\/link-done\/not-me /),
  '/cancel-recovery': link('cancel-recovery', /^\/link-done\/cancel-recovery /, (server, account) =>
    server.app
      .get(Recovery)
      .request(account)
      .then(() => undefined),
  ),
};
