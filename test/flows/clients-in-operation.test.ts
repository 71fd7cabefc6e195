import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { ConfigurationMistakes } from '../../src/config/config.js';
import { Sql } from '../../src/database/sql.js';
import { TestServer } from '../support/server.js';

const OLD = 'the-old-secret-of-thirty-two-chars';
const NEW = 'the-new-secret-of-thirty-two-chars';
const notes = (...lines: string[]) =>
  ['clients:', '  - client_id: notes', '    redirect_uris: [https://notes.example/cb]', ...lines].join('\n');

/** An operator changes the clients file while the server runs. */
describe('clients in operation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: notes(`    client_secret: ${OLD}`) });
  });
  afterAll(() => server.stop());

  const write = (text: string) => writeFileSync(join(server.dataDir, 'clients.yaml'), text);
  const command = (name: 'clients plan' | 'clients apply') => server.app.get(ClientCommands).run(name);
  /** What the token endpoint says of a client that has no code to redeem. */
  const verdictOn = async (secret: string): Promise<string> => {
    const answer = await fetch(`${server.url}/oidc/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`notes:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: 'none', redirect_uri: 'x' }),
    });
    return ((await answer.json()) as { error: string }).error;
  };
  const all = (table: string) => server.app.get(Sql).rows<object>(`SELECT * FROM ${table}`);
  const applied = () => server.app.get(Sql).rows("SELECT id FROM audit_event WHERE name = 'clients.applied'");

  it('a plan shows what would change, and changes nothing', async () => {
    write(notes(`    client_secret: ${NEW}`, '    client_name: My notes', '  - client_id: spa').concat(SPA));
    const { done, message } = await command('clients plan');
    expect(done).toBe(true);
    expect(message.split('\n')).toEqual([
      '~ clients "notes"',
      '    client_name: "notes" -> "My notes"',
      '    client_secret: "(one, not shown)" -> "(another one, not shown)"',
      '+ clients "spa"',
    ]);
    expect(await verdictOn(OLD)).toBe('invalid_grant');
    expect(await verdictOn(NEW)).toBe('invalid_client');
  });

  it('applied, it counts at the next request; applied again, nothing changes', async () => {
    const before = (await applied()).length;
    expect((await command('clients apply')).message).toContain('+ clients "spa"');
    expect(await verdictOn(NEW)).toBe('invalid_grant');
    expect(await verdictOn(OLD)).toBe('invalid_client');
    expect((await command('clients apply')).message).toContain('nothing changes');
    expect((await command('clients plan')).message).toContain('nothing changes');
    expect((await applied()).length).toBe(before + 1);
  });

  it('two secrets overlap while an application moves from one to the next', async () => {
    write(notes(`    client_secret: ${NEW}`, `    previous_client_secret: ${OLD}`));
    await command('clients apply');
    expect([await verdictOn(NEW), await verdictOn(OLD)]).toEqual(['invalid_grant', 'invalid_grant']);
    expect(await verdictOn('')).toBe('invalid_request');
    expect(await verdictOn(`${OLD} `)).toBe('invalid_client');

    write(notes(`    client_secret: ${NEW}`));
    await command('clients apply');
    expect([await verdictOn(NEW), await verdictOn(OLD)]).toEqual(['invalid_grant', 'invalid_client']);
  });

  it('a file with a mistake takes nothing away from anyone', async () => {
    write(notes(`    client_secret: ${OLD}`, '    redirect_uri: https://typo.example'));
    await expect(command('clients apply')).rejects.toThrow(ConfigurationMistakes);
    await expect(command('clients plan')).rejects.toThrow(ConfigurationMistakes);
    expect(await verdictOn(NEW)).toBe('invalid_grant');
  });

  it('what is no longer declared is gone at once', async () => {
    write('clients: []');
    expect((await command('clients apply')).message).toBe('- clients "notes"');
    expect(await verdictOn(NEW)).toBe('invalid_client');
  });

  it('no secret is stored in the clear', async () => {
    write(notes(`    client_secret: ${NEW}`, `    previous_client_secret: ${OLD}`));
    await command('clients apply');
    const stored = JSON.stringify([await all('client'), await all('audit_event')]);
    expect(stored).toContain('notes.example');
    expect(stored).not.toContain(NEW);
    expect(stored).not.toContain(OLD);
  });
});

const SPA = `
    token_endpoint_auth_method: none
    redirect_uris: [https://spa.example/cb]
`;
