import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { SHELL } from '../../src/admin/actor.js';
import { ApiUsers, usersStatement } from '../../src/admin/apis/api-users.js';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { readClientsFile } from '../../src/clients/clients-file.js';
import { FileClients } from '../../src/clients/file-clients.service.js';
import { ConfigurationMistakes } from '../../src/config/config.js';
import { Sql } from '../../src/database/sql.js';
import { auditEvents } from '../support/audit.js';
import { database } from '../support/database.js';
import { newApi, newMachine, tokenOf } from '../support/operator-apis.js';
import { CLIENTS, TestServer } from '../support/server.js';

const ORDERS = {
  identifier: 'https://orders.example/',
  name: 'Orders',
  scopes: [{ name: 'orders:read', description: 'See what you ordered' }, 'orders:write'],
};
const OF_FILE = `${CLIENTS}apis:\n  - {identifier: 'https://stock.example/', name: Stock, scopes: ['stock:read']}\n`;

/** What pages and API do with an API that operators make, and what the clients file does with it. */
describe('an API that an operator makes', () => {
  let server: TestServer;
  let apis: ManagedApis;
  beforeAll(async () => {
    server = await TestServer.start({ clients: OF_FILE });
    apis = server.app.get(ManagedApis);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    write(OF_FILE);
    await command('clients apply');
  });

  const command = (name: 'clients plan' | 'clients apply' | 'clients export', ...args: string[]) =>
    server.app.get(ClientCommands).run(name, args);
  const write = (text: string) => writeFileSync(join(server.dataDir, 'clients.yaml'), text);

  it('is there as it was written, audited with what it is', async () => {
    expect(await apis.create(SHELL, ORDERS)).toMatchObject({
      kind: 'done',
      api: { origin: 'operator', version: 1, format: 'jwt', algorithm: 'RS256', fields: ORDERS },
    });
    expect(await apis.create(SHELL, { ...ORDERS, name: 'Others' })).toEqual({ kind: 'taken' });
    expect(await apis.create(SHELL, { identifier: 'https://stock.example/' })).toEqual({ kind: 'taken' });
    expect((await apis.find(ORDERS.identifier))!.name).toBe('Orders');
    const [event, ...more] = await auditEvents(server, 'api.created');
    expect([event!.detail, more]).toEqual([
      { by: 'shell', api: ORDERS.identifier, before: null, after: ORDERS },
      [],
    ]);
    expect((await apis.list({ limit: 1 })).next).toBe(ORDERS.identifier);
    expect((await apis.list({ after: ORDERS.identifier })).apis.map(({ origin }) => origin)).toEqual([
      'file',
    ]);
  });

  it('is held to what the clients file is held to, and names a client that is declared', async () => {
    const mistakesOf = async (fields: Record<string, unknown>) => {
      const result = await apis.create(SHELL, { identifier: 'https://x.example/', ...fields });
      return result.kind === 'mistaken' ? result.mistakes : result.kind;
    };
    expect(await mistakesOf({ identifier: 'x' })).toEqual([
      { field: 'identifier', what: 'identifier: write an absolute URI' },
    ]);
    expect(await mistakesOf({ identifier: `${server.url}/api/v1` })).toEqual([
      { field: 'identifier', what: expect.stringContaining('the API of Gatehouse itself') as unknown },
    ]);
    expect(await mistakesOf({ client_id: 'nobody' })).toEqual([
      { field: 'client_id', what: 'client_id: there is no client "nobody"' },
    ]);
    expect(await mistakesOf({ client_id: 'no\0body' })).toEqual([
      { field: 'client_id', what: 'client_id: there is a character that cannot be kept' },
    ]);
    expect(await apis.find('https://x.example/')).toBeUndefined();
    expect(await mistakesOf({ client_id: 'notes' })).toBe('done');
  });

  it('is changed by whoever has seen what it is now, audited with before and after', async () => {
    const changed = { ...ORDERS, name: 'Our orders', access_token_lifetime: 60 };
    expect(await apis.update(SHELL, ORDERS.identifier, 1, changed)).toMatchObject({
      kind: 'done',
      api: { version: 2, lifetime: 60 },
    });
    expect(await apis.update(SHELL, ORDERS.identifier, 1, ORDERS)).toEqual({ kind: 'stale' });
    expect(await apis.update(SHELL, ORDERS.identifier, 2, { ...changed, scopes: ['openid'] })).toMatchObject({
      kind: 'mistaken',
    });
    // Nothing is another one: nothing is written.
    expect(await apis.update(SHELL, ORDERS.identifier, 2, changed)).toMatchObject({ api: { version: 2 } });
    const events = await auditEvents(server, 'api.updated');
    expect(events.map(({ detail }) => detail)).toEqual([
      {
        by: 'shell',
        api: ORDERS.identifier,
        before: { name: 'Orders', access_token_lifetime: null },
        after: { name: 'Our orders', access_token_lifetime: 60 },
      },
    ]);
  });

  it('of two operators at once has what one of them said, and the other is told', async () => {
    const identifier = await newApi(server);
    const results = await Promise.all(
      ['First', 'Second', 'Third'].map((name) => apis.update(SHELL, identifier, 1, { name })),
    );
    expect(results.map(({ kind }) => kind).sort()).toEqual(['done', 'stale', 'stale']);
    const made = await Promise.all(
      [1, 2, 3].map((n) => apis.create(SHELL, { identifier: 'https://raced.example/', name: `N${n}` })),
    );
    expect(made.map(({ kind }) => kind).sort()).toEqual(['done', 'taken', 'taken']);
    const removed = await Promise.all([1, 2, 3].map(() => apis.remove(SHELL, 'https://raced.example/')));
    expect(removed.map(({ kind }) => kind).sort()).toEqual(['not-here', 'not-here', 'removed']);
    const events = await auditEvents(server, 'api.removed');
    expect(events.filter(({ detail }) => detail!['api'] === 'https://raced.example/')).toHaveLength(1);
  });

  it('is left alone by the clients file, in its plan too, and what the file declares is not changed here', async () => {
    const identifier = await newApi(server, { scopes: ['kept:read'] });
    write(OF_FILE.replace('name: Stock', 'name: The stock'));
    const [plan, applied] = [await command('clients plan'), await command('clients apply')];
    expect(plan.message).toBe('~ apis "https://stock.example/"\n    name: "Stock" -> "The stock"');
    expect(applied.message).toBe(plan.message);
    expect(await apis.find(identifier)).toMatchObject({
      origin: 'operator',
      fields: { scopes: ['kept:read'] },
    });
    write(CLIENTS);
    expect((await command('clients apply')).message).toBe('- apis "https://stock.example/"');
    expect(await apis.find(identifier)).toBeDefined();
    write(OF_FILE);
    await command('clients apply');
    await server.restart();
    apis = server.app.get(ManagedApis);
    expect(await apis.find(identifier)).toBeDefined();
    const ofFile = (await apis.find('https://stock.example/'))!;
    expect(ofFile).toMatchObject({ origin: 'file', name: 'Stock' });
    expect(await apis.update(SHELL, ofFile.identifier, ofFile.version, { name: 'Mine' })).toEqual({
      kind: 'not-here',
    });
    expect(await apis.remove(SHELL, ofFile.identifier)).toEqual({ kind: 'not-here' });
  });

  it('is not taken by the clients file silently', async () => {
    const identifier = await newApi(server, { name: 'Kept' });
    const more = `${OF_FILE}  - {identifier: '${identifier}', name: Taken}\n`;
    write(more);
    const line = more.split('\n').findIndex((text) => text.includes(identifier)) + 1;
    for (const name of ['clients plan', 'clients apply'] as const)
      await expect(command(name)).rejects.toMatchObject({
        mistakes: [
          expect.stringMatching(
            `line ${line}: identifier "${identifier}" was made on the operators' pages: .*--take-over`,
          ),
        ],
      });
    await expect(server.restart()).rejects.toThrow(ConfigurationMistakes);
    write(OF_FILE);
    await server.restart();
    apis = server.app.get(ManagedApis);
    expect((await apis.find(identifier))!.name).toBe('Kept');
    // A client of the file names what the file declares: it stands by itself.
    write(OF_FILE.replace('client_id: notes\n', `client_id: notes\n    apis: ['${identifier}']\n`));
    await expect(command('clients apply')).rejects.toMatchObject({
      mistakes: [expect.stringContaining(`"${identifier}" is not declared under apis:`)],
    });
  });

  it('is not overwritten by a file that is applied at the very moment in which it is made', async () => {
    const identifier = await newApi(server, { name: 'Just made' });
    const text = `${OF_FILE}  - {identifier: '${identifier}', name: Taken}\n`.replace(
      'name: Stock',
      'name: New',
    );
    write(text);
    const declared = readClientsFile(join(server.dataDir, 'clients.yaml'));
    await expect(server.app.get(FileClients).apply(declared)).rejects.toThrow('was made on the operators');
    expect(await apis.find(identifier)).toMatchObject({ origin: 'operator', name: 'Just made' });
    expect((await apis.find('https://stock.example/'))!.name).toBe('Stock');
  });

  it('moves into the clients file, with the applications that name it', async () => {
    const identifier = await newApi(server, { name: 'Moving', scopes: ['moving:read'] });
    await newMachine(server, 'mover', [identifier], { scope: 'moving:read' });
    const { message } = await command('clients export', '--with-secrets');
    const exported = parse(message) as { apis: { identifier: string }[]; clients: { client_id: string }[] };
    const [api] = exported.apis.filter((each) => each.identifier === identifier);
    expect(api).toEqual({ identifier, name: 'Moving', scopes: ['moving:read'] });
    const clients = exported.clients.filter(({ client_id: id }) => id === 'mover');
    const ofFile = parse(OF_FILE) as { apis: object[]; clients: object[] };
    write(stringify({ apis: [...ofFile.apis, api], clients: [...ofFile.clients, ...clients] }));
    await expect(command('clients apply')).rejects.toMatchObject({ mistakes: expect.any(Array) as unknown });
    expect((await command('clients apply', '--take-over')).message).toContain('nothing changes');
    expect(await apis.find(identifier)).toMatchObject({ origin: 'file', name: 'Moving' });
    expect(await apis.update(SHELL, identifier, 1, {})).toEqual({ kind: 'not-here' });
    const applied = await auditEvents(server, 'clients.applied');
    expect(applied.at(-1)!.detail).toMatchObject({
      changes: ['take over clients mover', `take over apis ${identifier}`],
    });
  });

  it('gives an application that names it nothing more than that says, however often it comes and goes', async () => {
    const fields = { name: 'Ledger', scopes: ['ledger:read', 'ledger:write'] };
    const identifier = await newApi(server, fields);
    const meter = await newMachine(server, 'meter', [identifier], { scope: 'ledger:read' });
    const all = { resource: identifier, scope: 'ledger:read ledger:write' };
    expect((await tokenOf(meter, all)).body['error']).toBe('invalid_scope');
    await apis.remove(SHELL, identifier);
    expect((await tokenOf(meter, { resource: identifier })).body['error']).toBe('invalid_target');
    const clients = server.app.get(ManagedClients);
    expect(await clients.mistakesIn((await clients.find('meter'))!.fields)).toEqual([
      { field: 'apis', what: expect.stringContaining('is not declared under apis:') as unknown },
      { field: 'scope', what: expect.stringContaining('"ledger:read" is not known') as unknown },
    ]);
    await apis.create(SHELL, { identifier, ...fields });
    expect((await tokenOf(meter, all)).body['error']).toBe('invalid_scope');
    expect((await tokenOf(meter, { resource: identifier, scope: 'ledger:read' })).body).toMatchObject({
      scope: 'ledger:read',
    });
  });

  it('finds who may use it without a look at whoever registered itself', async () => {
    const identifier = await newApi(server);
    await newMachine(server, 'one-of-few', [identifier]);
    const sql = server.app.get(Sql);
    await sql.run(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
       INSERT INTO client (id, origin, metadata, updated_at, registered_at)
       SELECT 'stranger ' || i, 'registered', '{}', ?, i FROM n`,
      sql.moment(server.clock.now()),
    );
    await sql.run('ANALYZE');
    const explain = database === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const plan = JSON.stringify(
      await sql.rows(`${explain} ${usersStatement(database)}`, identifier, identifier),
    );
    expect(plan).toMatch(/client_registered_at_index/);
    expect(plan).not.toMatch(/Seq Scan|SCAN client/);
    const { users } = await server.app.get(ApiUsers).of((await apis.find(identifier))!);
    expect(users.map(({ id }) => id)).toEqual(['one-of-few']);
    await sql.run("DELETE FROM client WHERE origin = 'registered'");
  });

  it('says so when the client that it is has gone', async () => {
    await newMachine(server, 'itself', []);
    const identifier = await newApi(server, { client_id: 'itself' });
    await server.app.get(ManagedClients).remove(SHELL, 'itself');
    expect(await apis.mistakesIn((await apis.find(identifier))!.fields)).toEqual([
      { field: 'client_id', what: 'client_id: there is no client "itself"' },
    ]);
  });
});
