import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ClientCommands } from '../../src/admin/commands/client-commands.js';
import { APPLICATIONS } from '../../src/applications/catalogue.js';
import { exampleClient } from '../../src/applications/values.js';
import { Sql } from '../../src/database/sql.js';
import { TestServer } from '../support/server.js';

const SECRET = 'a-secret-that-nobody-may-read-here';

/** An operator pastes settings into the applications of the clients file. */
describe('settings to paste, with the values of a client', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    const discovery = await fetch(`${server.url}/.well-known/openid-configuration`);
    const { scopes_supported: offered } = (await discovery.json()) as { scopes_supported: string[] };
    const clients = APPLICATIONS.map((application) => {
      const { client_secret_file, ...entry } = exampleClient(application);
      const scope = (entry['scope'] as string).split(' ').filter((each) => offered.includes(each));
      return { ...entry, scope: scope.join(' '), ...(client_secret_file ? { client_secret: SECRET } : {}) };
    });
    writeFileSync(join(server.dataDir, 'clients.yaml'), stringify({ clients }));
    await server.app.get(ClientCommands).run('clients apply');
  });
  afterAll(() => server.stop());

  const settings = (...args: string[]) => server.app.get(ClientCommands).run('client-settings', args);

  it('every entry of the documents is one that the provider takes', async () => {
    for (const { id } of APPLICATIONS) {
      const { done, message } = await settings(id, id);
      expect(message).not.toMatch(/^- (\w+_uris?|require_pkce|\w+_auth_method): /m);
      expect(done).toBe(true);
    }
  });

  it('the settings have the addresses of this server, and never the secret', async () => {
    for (const { id } of APPLICATIONS) {
      const { message } = await settings(id, id);
      expect(message).toContain(server.url);
      expect(message).not.toContain(SECRET);
      expect(message).not.toContain('id.example.org');
    }
  });

  it('without an application it lists them, the likely ones first', async () => {
    const { done, message } = await settings('grafana');
    expect(done).toBe(true);
    const [likely, all] = message.split('There are:');
    expect(likely).toContain('Grafana');
    expect(likely).not.toContain('Nextcloud');
    for (const { name } of APPLICATIONS) expect(all).toContain(name);
  });

  it('says which client or application it does not know', async () => {
    expect(await settings('nobody', 'grafana')).toEqual({
      done: false,
      message:
        'no client "nobody" is declared: neither in the clients file that was applied nor on the operators’ pages',
    });
    const { done, message } = await settings('grafana', 'graphana');
    expect(done).toBe(false);
    expect(message).toContain('there are no settings for "graphana"; there are: argo-cd');
  });

  it('an application that registered itself gets none: a stranger chose its values', async () => {
    await server.app.get(Sql).run("UPDATE client SET origin = 'registered' WHERE id = 'grafana'");
    expect((await settings('grafana', 'grafana')).done).toBe(false);
  });
});
