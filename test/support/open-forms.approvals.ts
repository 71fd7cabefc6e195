import { Provider } from 'oidc-provider';
import { Accounts } from '../../src/users/accounts.service.js';
import { filledIn, signedIn, type Form, type OpenForm } from './open-form.js';
import type { TestServer } from './server.js';

/** An application that waits for somebody, whichever the test's clients are. */
async function asked(server: TestServer, button: string): Promise<OpenForm> {
  const hands = await signedIn(server, '/dashboard');
  const provider = server.app.get(Provider);
  const account = (await server.app.get(Accounts).findByIdentifier(hands.person.username))!;
  const facts = { accountId: account.id, scope: 'openid', params: {} };
  const client = await provider.Client.find('notes');
  await new provider.BackchannelAuthenticationRequest({ ...facts, client } as object).save();
  await hands.browser.open('/dashboard/approvals');
  return filledIn(hands, button);
}

/** The answers to applications that wait. */
export const APPROVAL_FORMS: Record<string, Form> = {
  '/dashboard/approvals/approve': {
    accepted: /done=approval-given /,
    open: (server) => asked(server, 'approve-0'),
  },
  '/dashboard/approvals/refuse': {
    accepted: /done=approval-refused /,
    open: (server) => asked(server, 'refuse-0'),
  },
};
