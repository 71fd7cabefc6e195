import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditCommands } from '../../src/admin/commands/audit-commands.js';
import { Sql } from '../../src/database/sql.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

/** An IPv4 address as a socket for both kinds of addresses gives it. */
const MAPPED = '::ffff:192.0.2.9';
const PLAIN = '192.0.2.9';

describe('the address from which somebody comes', () => {
  let server: TestServer;
  const ada = somebody();
  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_TRUSTED_PROXY_HOPS: '1' } });
    await server.addPerson(ada);
    await new Browser(server, { 'X-Forwarded-For': MAPPED }).signIn(ada);
  });
  afterAll(() => server.stop());

  const column = async (table: string) =>
    (
      await server.app
        .get(Sql)
        .rows<{ address: string }>(`SELECT DISTINCT address FROM ${table} WHERE address IS NOT NULL`)
    ).map(({ address }) => address);
  async function found(address: string): Promise<number> {
    const { lines } = await server.app
      .get(AuditCommands)
      .run('audit list', [`--address=${address}`, '--json']);
    let count = 0;
    for await (const text of lines!) count += text.trim().split('\n').length;
    return count;
  }

  it('is kept as people write it', async () => {
    expect(await column('audit_event')).toEqual([PLAIN]);
    expect(await column('browser_session')).toEqual([PLAIN]);
  });

  it('is found in the audit log by either form, also where it was kept in the other one', async () => {
    const events = await found(PLAIN);
    expect(events).toBeGreaterThan(1);
    expect(await found(MAPPED)).toBe(events);
    const sql = server.app.get(Sql);
    await sql.run("UPDATE audit_event SET address = ? WHERE name = 'sign-in.completed'", MAPPED);
    expect(await found(PLAIN)).toBe(events);
    expect(await found('192.0.2.90')).toBe(0);
  });
});
