import { GroupCommands } from '../../src/admin/commands/group-commands.js';
import type { GroupCommand } from '../../src/admin/commands/group-commands.list.js';
import type { Application, Tokens } from './application.js';
import type { Browser } from './browser.js';
import type { TestServer } from './server.js';

const SCOPES = 'openid profile email address phone groups team offline_access';

/** Notes (of the house), Photos and Bank (pairwise), Calendar (third party); claims of the house's own. Bank is for its staff. */
export const CLIENTS_WITH_CLAIMS = `
groups:
  - name: staff
    description: Everyone on the payroll
  - name: admins
claims:
  - name: roles
    groups: {admins: administrator, staff: employee}
    scopes: [groups]
  - name: department
    description: Your department
    attribute: department
    scopes: [team]
  - name: tenant
    value: {id: 7}
    clients: [notes, calendar]
    id_token: false
clients:
  - client_id: notes
    client_secret: notes-secret-of-thirty-two-chars
    redirect_uris: [http://localhost:9/notes/callback]
    scope: ${SCOPES}
    consent: never
  - client_id: photos
    client_secret: photos-secret-of-thirty-two-char
    token_endpoint_auth_method: client_secret_post
    redirect_uris: [http://localhost:9/photos/callback]
    first_party: true
    subject_type: pairwise
  - client_id: bank
    client_secret: bank-secret-of-thirty-two-chars!
    redirect_uris: [http://localhost:9/bank/callback]
    first_party: true
    subject_type: pairwise
    groups: [staff, admins]
  - client_id: calendar
    token_endpoint_auth_method: none
    redirect_uris: [http://localhost:9/calendar/callback]
    scope: ${SCOPES}
`;

/** An operator's command. @returns what it says */
export async function shell(server: TestServer, command: GroupCommand, ...args: string[]): Promise<string> {
  const { message } = await server.app.get(GroupCommands).run(command, args);
  return message;
}

export interface Learned {
  readonly tokens: Tokens;
  readonly idToken: Record<string, unknown>;
  readonly userinfo: Record<string, unknown>;
}

/** What an application learns with the code that the browser was sent back with. */
export async function learned(application: Application, browser: Browser): Promise<Learned> {
  const tokens = await application.redeem(application.codeFrom(browser));
  const { body } = await application.userinfo(tokens.access_token!);
  return { tokens, idToken: tokens.claims, userinfo: body };
}
