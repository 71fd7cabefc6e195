import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { APIS, exchange, granted, introspect, machineToken, ORDERS, STOCK } from '../support/apis.js';
import { shell } from '../support/claims.js';
import { TestServer } from '../support/server.js';

const CALENDAR = 'client_name: Third-party Calendar';
const STOCK_API = '- client_id: stock-api\n';
const FOR_STAFF = `groups:\n  - name: staff\n${APIS.replace(CALENDAR, `${CALENDAR}\n    groups: [staff]`)}`;

describe('a token whose application is gone, or lets its owner in no more', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: FOR_STAFF });
  });
  afterAll(() => server.stop());
  beforeEach(() => apply(FOR_STAFF));

  async function apply(file: string): Promise<void> {
    writeFileSync(join(server.dataDir, 'clients.yaml'), file);
    await server.app.get(ClientCommands).run('clients apply');
  }

  const ofStaff = (resource: string) =>
    granted(server, resource, {}, ({ username }) => shell(server, 'group-add', username, 'staff'));
  const isRefused = async (client: string, token: unknown, audience: string) => {
    const { status, body } = await exchange(server, client, token, { audience });
    expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'invalid_request' });
  };

  it('gives nothing in exchange after its owner has left the group, nor does what came of it', async () => {
    const { person, token } = await ofStaff(ORDERS);
    const { body } = await exchange(server, 'orders-api', token, { audience: STOCK });
    await shell(server, 'group-remove', person.username, 'staff');
    await isRefused('orders-api', token, STOCK);
    await isRefused('stock-api', body['access_token'], ORDERS);
    expect(await introspect(server, 'stock-api', body['access_token'])).toEqual({ active: false });
  });

  it('counts for nothing where it is asked about after its owner has left the group', async () => {
    const { person, token } = await ofStaff(STOCK);
    expect(await introspect(server, 'stock-api', token)).toMatchObject({ active: true });
    await shell(server, 'group-remove', person.username, 'staff');
    expect(await introspect(server, 'stock-api', token)).toEqual({ active: false });
  });

  it('gives nothing in exchange where who acts is not for its owner', async () => {
    const { person, token } = await ofStaff(STOCK);
    await apply(
      FOR_STAFF.replace('  - name: staff', '  - name: staff\n  - name: clerks').replace(
        STOCK_API,
        `${STOCK_API}    groups: [clerks]\n`,
      ),
    );
    await isRefused('stock-api', token, ORDERS);
    await shell(server, 'group-add', person.username, 'clerks');
    expect((await exchange(server, 'stock-api', token, { audience: ORDERS })).status).toBe(200);
  });

  it('counts for nothing, and breaks nothing, after its application was taken out of the file', async () => {
    const { token } = await ofStaff(STOCK);
    const { body } = await exchange(server, 'stock-api', token, { audience: ORDERS });
    const machine = await machineToken(server, 'warehouse', { resource: STOCK, scope: 'stock:read' });
    expect(await introspect(server, 'stock-api', machine.body['access_token'])).toMatchObject({
      active: true,
    });
    const without = (id: string, file: string) =>
      file.replace(new RegExp(`\\n  - client_id: ${id}\\n(    .*\\n)*`), '\n');
    await apply(without('warehouse', without('calendar', FOR_STAFF)));
    expect(await introspect(server, 'stock-api', token)).toEqual({ active: false });
    expect(await introspect(server, 'stock-api', machine.body['access_token'])).toEqual({ active: false });
    await isRefused('stock-api', token, ORDERS);
    await isRefused('orders-api', body['access_token'], STOCK);
  });
});
