import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { ClientHoldings, HELD, OF_BEFORE } from '../../src/oidc/records/client-holdings.js';
import { RecordSeal } from '../../src/oidc/records/record.seal.js';
import { ConnectedApplications } from '../../src/oidc/sessions/connected-applications.service.js';
import { APIS, exchange, granted, introspect, machineToken, ORDERS, STOCK } from '../support/apis.js';
import { database } from '../support/database.js';
import { TestServer } from '../support/server.js';

const OTHERS = 100_000;

describe('a client that is removed', () => {
  let server: TestServer;
  let sql: Sql;
  beforeAll(async () => {
    server = await TestServer.start({ clients: APIS });
    sql = server.app.get(Sql);
    // What a hundred thousand people have allowed other applications.
    await sql.run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${OTHERS})
       INSERT INTO oidc_record (kind, id_hash, payload, account_id, client_id)
       SELECT 'Grant', 'other ' || i, 'sealed', 'person ' || i, 'application ' || (i % 20) FROM n`,
    );
    await sql.run('ANALYZE');
  });
  afterAll(() => server.stop());

  const letIn = async () => {
    const { accountId, token } = await granted(server, STOCK);
    const applications = async () =>
      (await server.app.get(ConnectedApplications).of(accountId)).map(({ clientId }) => clientId);
    return { token, applications };
  };
  const isActive = async (client: string, token: unknown) =>
    (await introspect(server, client, token))['active'];
  const remove = (clientId: string) => server.app.get(ClientHoldings).end(clientId);

  it('is found by an index among the records of everybody else', async () => {
    const explain = database === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    for (const [statement, param] of [
      [HELD, 'nobody'],
      [OF_BEFORE, 0],
    ] as const)
      expect(JSON.stringify(await sql.rows<object>(`${explain} ${statement}`, param))).toMatch(
        /(USING INDEX|Index Scan using|Index Scan on) \W*oidc_record_client_id_index/,
      );
  });

  it('loses consents and tokens, and nobody else’s record is opened for that', async () => {
    const people = [await letIn(), await letIn()];
    const opened = jest.spyOn(server.app.get(RecordSeal), 'open');
    expect(await remove('calendar')).toBe(2);
    expect(opened.mock.calls.length).toBeLessThan(50);
    opened.mockRestore();
    for (const { token, applications } of people) {
      expect(await isActive('stock-api', token)).toBe(false);
      expect(await applications()).toEqual([]);
    }
  });

  it('loses what concerns no person, and what it got in exchange for another’s token', async () => {
    const { token, applications } = await letIn();
    const exchanged = await exchange(server, 'stock-api', token, { audience: ORDERS });
    const own = await machineToken(server, 'warehouse', { resource: STOCK, scope: 'stock:read' });
    expect([exchanged.status, own.status]).toEqual([200, 200]);
    const verdict = async () =>
      (await exchange(server, 'orders-api', exchanged.body['access_token'], { audience: STOCK })).status;
    expect(await verdict()).toBe(200);

    expect(await remove('stock-api')).toBe(0);
    expect(await verdict()).toBe(400);
    expect(await isActive('stock-api', token)).toBe(true);
    expect(await applications()).toEqual(['calendar']);
    await remove('warehouse');
    expect(await isActive('stock-api', own.body['access_token'])).toBe(false);
  });

  it('loses what was written before records said whose they are', async () => {
    const { token, applications } = await letIn();
    await sql.run(`UPDATE oidc_record SET client_id = NULL WHERE id_hash NOT LIKE 'other %'`);
    const later = await letIn();
    // Of the test before there is one more person.
    expect(await remove('calendar')).toBe(3);
    expect([await isActive('stock-api', token), await isActive('stock-api', later.token)]).toEqual([
      false,
      false,
    ]);
    expect([...(await applications()), ...(await later.applications())]).toEqual([]);
  });
});
