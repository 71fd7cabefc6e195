import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MikroORM } from '@mikro-orm/core';
import { UserFacts } from '../../src/admin/users/user-facts.js';
import { Sql } from '../../src/database/sql.js';
import { Accounts } from '../../src/users/accounts.service.js';
import type { Browser } from '../support/browser.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { operatorOn } from '../support/open-forms.operators.js';
import { authenticatorOf } from '../support/passkeys.js';
import { Browser as NewBrowser } from '../support/browser.js';
import { TestServer } from '../support/server.js';

/** What an operator may see of the tables that say whose a row is; whatever else stands there is a secret. */
const SEEN = new Set(
  `id account_id username username_key email email_key address_key display_name name group_name locale time_zone user_agent address
   kind factor result client_id purpose created_at updated_at last_used_at expires_at added_at started_at last_at at detail
   email_verified_at password_changed_at disabled_at deletion_due_at attributes counter transports verifies_user synced`.split(
    /\s+/,
  ),
);

/** A session is ended by this name: a fingerprint of what is in no cookie. What the cookie opens is found by `id_hash`. */
function isNameOfSession(column: string, row: Record<string, unknown>): boolean {
  return column === 'uid' && ('user_agent' in row || row['kind'] === 'Session');
}

describe('somebody’s page, and what programs get of it', () => {
  let server: TestServer;
  let operator: Browser;
  beforeAll(async () => {
    server = await TestServer.start();
    ({ browser: operator } = await operatorOn(server, '/admin/users'));
  });
  afterAll(() => server.stop());

  /** Every value of every column of somebody's rows that is none of those above. */
  async function secretsOf(accountId: string): Promise<[string, string][]> {
    const sql = server.app.get(Sql);
    const found: [string, string][] = [];
    for (const { tableName, properties } of server.app.get(MikroORM).getMetadata().getAll().values()) {
      const owner = tableName === 'account' ? 'id' : 'accountId' in properties && 'account_id';
      if (!owner) continue;
      const rows = await sql.rows<Record<string, unknown>>(
        `SELECT * FROM ${tableName} WHERE ${owner} = ?`,
        accountId,
      );
      for (const row of rows)
        for (const [column, value] of Object.entries(row))
          if (
            !SEEN.has(column) &&
            !isNameOfSession(column, row) &&
            typeof value === 'string' &&
            value.length > 8
          )
            found.push([`${tableName}.${column}`, value]);
    }
    return found;
  }

  it('hold none of the secrets that are kept of them', async () => {
    const person = somebody();
    const account = await addEnrolled(server, person);
    await authenticatorOf(server, (await server.app.get(Accounts).find(account.id))!);
    const browser = new NewBrowser(server);
    await browser.signIn(person);
    await shell(server, 'set-attribute', person.username, 'team', 'Engines');
    await operator.open(`/admin/users/${account.id}/help/password-link`);
    await operator.press('submit');
    await operator.open(`/admin/users/${account.id}/help/sign-in-link`);
    await operator.press('submit');

    const secrets = await secretsOf(account.id);
    const columns = new Set(secrets.map(([column]) => column));
    for (const expected of ['account.password_hash', 'authenticator.sealed_secret', 'backup_code.hash'])
      expect(columns).toContain(expected);
    expect(columns).toContain('passkey.public_key');
    expect(columns).toContain('one_time_link.hash');
    expect(columns).toContain('oidc_record.payload');
    expect(columns).toContain('oidc_record.id_hash');
    const now = (await server.app.get(Accounts).find(account.id))!;
    const pages = [JSON.stringify(await server.app.get(UserFacts).of(now))];
    for (const path of ['', '/help/disable', '/help/email-link', '/rights/role', '/rights/set-attribute']) {
      await operator.open(`/admin/users/${account.id}${path}`);
      expect(operator.page.status).toBe(200);
      pages.push(operator.page.html.toString());
    }
    await operator.open(`/admin/users?q=${person.username}`);
    pages.push(operator.page.html.toString());
    for (const page of pages)
      for (const [column, value] of secrets) expect([column, page.includes(value)]).toEqual([column, false]);
  });
});
