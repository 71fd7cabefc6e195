import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SHELL } from '../../src/admin/actor.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { RegistrationCommands } from '../../src/admin/commands/registration-commands.js';
import { Sql } from '../../src/database/sql.js';
import { auditEvents } from '../support/audit.js';
import { CLIENTS, TestServer } from '../support/server.js';
import { verdictOn } from '../support/token-endpoint.js';

const WIKI = {
  client_id: 'wiki',
  client_name: 'Wiki',
  redirect_uris: ['https://wiki.example/cb'],
  scope: 'openid profile',
};

/** What pages, shell and API do with a client that operators make. */
describe('a client that an operator makes', () => {
  let server: TestServer;
  let clients: ManagedClients;
  beforeAll(async () => {
    server = await TestServer.start();
    clients = server.app.get(ManagedClients);
  });
  afterAll(() => server.stop());

  const command = (name: 'clients plan' | 'clients apply' | 'clients export', ...args: string[]) =>
    server.app.get(ClientCommands).run(name, args);
  const write = (text: string) => writeFileSync(join(server.dataDir, 'clients.yaml'), text);

  async function made(fields: Record<string, unknown>) {
    const result = await clients.create(SHELL, fields);
    if (result.kind !== 'done') throw new Error(JSON.stringify(result));
    return { ...result, secret: result.secret! };
  }

  it('counts at the next request, with a secret that is stored nowhere in the clear', async () => {
    const { client, secret } = await made(WIKI);
    expect(client).toMatchObject({ id: 'wiki', origin: 'operator', version: 1, secret: { hasOld: false } });
    expect(await verdictOn(server, 'wiki', secret)).toBe('invalid_grant');
    expect(await verdictOn(server, 'wiki', `${secret}x`)).toBe('invalid_client');
    const stored = JSON.stringify(await server.app.get(Sql).rows('SELECT * FROM client'));
    expect(stored).toContain('wiki.example');
    expect(stored).not.toContain(secret);
    expect(JSON.stringify(await auditEvents(server, 'client.created'))).not.toContain(secret);
    expect(await clients.create(SHELL, WIKI)).toEqual({ kind: 'taken' });
    expect(await clients.create(SHELL, { ...WIKI, client_id: 'notes' })).toEqual({ kind: 'taken' });
  });

  it('is held to what the clients file is held to, in the same words', async () => {
    const mistakesOf = async (fields: Record<string, unknown>) => {
      const result = await clients.create(SHELL, {
        client_id: 'x',
        redirect_uris: ['https://x.example/'],
        ...fields,
      });
      return result.kind === 'mistaken' ? result.mistakes : result.kind;
    };
    expect(await mistakesOf({ redirect_uris: ['http://x.example/'] })).toEqual([
      {
        field: 'redirect_uris',
        what: 'redirect_uris: use https: (plain http only for localhost, 127.0.0.1 and [::1])',
      },
    ]);
    expect(await mistakesOf({ token_endpoint_auth_method: 'none', require_pkce: false })).toEqual([
      { what: 'a public client cannot be exempted from PKCE' },
    ]);
    expect(await mistakesOf({ scope: 'openid nothing' })).toEqual([
      { field: 'scope', what: expect.stringContaining('scope: "nothing" is not known') as unknown },
    ]);
    expect(await mistakesOf({ redirect_uri: 'https://x.example/' })).toEqual([
      { what: expect.stringContaining('"redirect_uri" is not a field of a client') as unknown },
    ]);
    expect(await mistakesOf({ client_secret: 'mine' })).toEqual([
      { what: expect.stringContaining('secrets are made here') as unknown },
    ]);
    expect(await mistakesOf({ client_id: 'gatehouse-x' })).toEqual([
      { what: expect.stringContaining('are the built-in ones') as unknown },
    ]);
    expect(await mistakesOf({ profile: 'fapi2-security' })).toEqual([
      { field: 'profile', what: expect.stringContaining('token_endpoint_auth_method cannot be') as unknown },
    ]);
    // The provider has rules of its own.
    expect(await mistakesOf({ application_type: 'web', redirect_uris: ['org.example.x:/cb'] })).toEqual([
      { field: 'redirect_uris', what: expect.any(String) as unknown },
    ]);
    expect(await clients.find('x')).toBeUndefined();
  });

  it('is edited by whoever has seen what it is now', async () => {
    const fields = { ...WIKI, client_name: 'Our wiki', default_max_age: 300 };
    expect(await clients.update(SHELL, 'wiki', 1, fields)).toMatchObject({
      kind: 'done',
      client: { version: 2 },
    });
    expect(await clients.update(SHELL, 'wiki', 1, { ...WIKI, client_name: 'Lost' })).toEqual({
      kind: 'stale',
    });
    expect(await clients.find('wiki')).toMatchObject({ name: 'Our wiki', fields });
    expect(await clients.update(SHELL, 'notes', 1, fields)).toEqual({ kind: 'not-here' });
    const [event] = await auditEvents(server, 'client.updated');
    expect(event).toMatchObject({
      clientId: 'wiki',
      detail: {
        by: 'shell',
        changes: [
          { field: 'client_name', before: 'Wiki', after: 'Our wiki' },
          { field: 'default_max_age', after: 300 },
        ],
      },
    });
  });

  it('two secrets count from a rotation until the old one is ended', async () => {
    const { client, secret: first } = await made({ ...WIKI, client_id: 'turning' });
    const rotated = await clients.rotateSecret(SHELL, 'turning', client.version);
    const second = rotated.kind === 'done' ? rotated.secret! : '';
    const verdicts = () => Promise.all([first, second].map((each) => verdictOn(server, 'turning', each)));
    expect(await verdicts()).toEqual(['invalid_grant', 'invalid_grant']);
    expect(await clients.rotateSecret(SHELL, 'turning', client.version)).toEqual({ kind: 'stale' });
    expect(await clients.endOldSecret(SHELL, 'turning')).toMatchObject({
      kind: 'done',
      client: { secret: { hasOld: false } },
    });
    expect(await verdicts()).toEqual(['invalid_client', 'invalid_grant']);
    expect(await clients.endOldSecret(SHELL, 'turning')).toEqual({ kind: 'not-here' });
    const events = JSON.stringify([
      await auditEvents(server, 'client.secret-rotated'),
      await auditEvents(server, 'client.old-secret-ended'),
    ]);
    expect(events).toContain('turning');
    expect(events).not.toContain(second);
  });

  it('becomes public and confidential again: with another secret then', async () => {
    const { secret } = await made({ ...WIKI, client_id: 'wavering' });
    const publicly = { ...WIKI, client_id: 'wavering', token_endpoint_auth_method: 'none' };
    expect(await clients.update(SHELL, 'wavering', 1, publicly)).toMatchObject({
      kind: 'done',
      secret: undefined,
    });
    expect(await verdictOn(server, 'wavering', secret)).toBe('invalid_client');
    const again = await clients.update(SHELL, 'wavering', 2, { ...WIKI, client_id: 'wavering' });
    expect(await verdictOn(server, 'wavering', secret)).toBe('invalid_client');
    expect(await verdictOn(server, 'wavering', again.kind === 'done' ? again.secret! : '')).toBe(
      'invalid_grant',
    );
  });

  it('is left alone by the clients file, which cannot have its id silently', async () => {
    write(
      CLIENTS.trimEnd().concat(
        '\n  - client_id: spa\n    token_endpoint_auth_method: none\n    redirect_uris: [https://s.example/]\n',
      ),
    );
    expect((await command('clients apply')).message).toBe('+ clients "spa"');
    expect(await clients.find('wiki')).toMatchObject({ origin: 'operator' });
    expect(await server.app.get(RegistrationCommands).run('clients', [])).toMatchObject({
      message: expect.stringContaining('"wiki"  "Our wiki"  operators’ pages') as unknown,
    });

    write(
      'clients:\n  - client_id: wiki\n    token_endpoint_auth_method: none\n    redirect_uris: [https://w.example/]\n',
    );
    for (const name of ['clients plan', 'clients apply'] as const)
      await expect(command(name)).rejects.toMatchObject({
        mistakes: [
          expect.stringMatching(/line 2: client_id "wiki" was made on the operators' pages: .*--take-over/),
        ],
      });
    expect(await clients.find('notes')).toBeDefined();
    write(CLIENTS);
    await command('clients apply');
  });

  it('moves into the clients file, with its secret where that is wanted, and is the file’s from then on', async () => {
    const { secret } = await made({ ...WIKI, client_id: 'moving', require_second_factor: true });
    const without = (await command('clients export')).message;
    expect(without).not.toContain(secret);
    expect(parse(without)).toMatchObject({
      clients: expect.arrayContaining([
        {
          ...WIKI,
          client_id: 'moving',
          require_second_factor: true,
          client_secret_file: 'secrets/moving.txt',
        },
      ]) as unknown,
    });
    expect((await command('clients export', '--secrets')).done).toBe(false);
    const { clients: exported } = parse((await command('clients export', '--with-secrets')).message) as {
      clients: { client_id: string }[];
    };
    const entry = exported.find(({ client_id: id }) => id === 'moving')!;
    write(CLIENTS.trimEnd().concat(`\n  - ${JSON.stringify(entry)}\n`));
    expect((await command('clients apply', '--take-over')).message).toContain('nothing changes');
    expect(await clients.find('moving')).toMatchObject({ origin: 'file' });
    expect(await verdictOn(server, 'moving', secret)).toBe('invalid_grant');
    expect(await clients.update(SHELL, 'moving', 1, WIKI)).toEqual({ kind: 'not-here' });
    expect(await clients.remove(SHELL, 'moving')).toEqual({ kind: 'not-here' });
    expect(await auditEvents(server, 'clients.applied')).toContainEqual(
      expect.objectContaining({
        detail: expect.objectContaining({ changes: ['take over clients moving'] }) as unknown,
      }),
    );
  });

  it('keeps working when the file stops declaring what it names', async () => {
    write(`${CLIENTS}apis:\n  - {identifier: 'https://api.example/', scopes: ['api:read']}\n`);
    await command('clients apply');
    const { secret } = await made({
      client_id: 'machine',
      grant_types: ['client_credentials'],
      apis: ['https://api.example/'],
      scope: 'openid api:read',
    });
    expect((await clients.find('machine'))!.metadata).toMatchObject({
      scope: 'openid',
      api_scope: 'api:read',
    });
    write(CLIENTS);
    await command('clients apply');
    expect(await verdictOn(server, 'machine', secret)).toBe('invalid_request');
    const { fields } = (await clients.find('machine'))!;
    expect(await clients.mistakesIn(fields)).toEqual([
      { field: 'apis', what: expect.stringContaining('is not declared under apis:') as unknown },
      { field: 'scope', what: expect.stringContaining('"api:read" is not known') as unknown },
    ]);
  });

  it('is gone at once when it is removed', async () => {
    const { secret } = await made({ ...WIKI, client_id: 'brief' });
    expect(await clients.remove(SHELL, 'brief')).toEqual({ kind: 'removed', people: 0 });
    expect(await verdictOn(server, 'brief', secret)).toBe('invalid_client');
    expect(await auditEvents(server, 'client.removed')).toContainEqual(
      expect.objectContaining({
        clientId: 'brief',
        detail: expect.objectContaining({ by: 'shell' }) as unknown,
      }),
    );
  });
});
