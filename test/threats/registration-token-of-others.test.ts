import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientsFile } from '../../src/admin/clients-file.service.js';
import { DECENT, manage, register } from '../support/self-registered.js';
import { CLIENTS, TestServer } from '../support/server.js';

/** A registration is looked after by its own token, and by that alone. */
describe('with a registration access token', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '10000' },
    });
  });
  afterAll(() => server.stop());

  const newcomer = async () => {
    const { body } = await register(server);
    return { id: String(body['client_id']), token: String(body['registration_access_token']), body };
  };
  const METHODS = ['GET', 'PUT', 'DELETE'] as const;
  const wishes = (id: string) => ({ ...DECENT, client_id: id, client_name: 'Taken over' });

  it.each(METHODS)("somebody else's registration is out of reach (%s)", async (method) => {
    const [mine, theirs] = [await newcomer(), await newcomer()];
    const body = method === 'PUT' ? wishes(theirs.id) : undefined;
    expect((await manage(server, method, theirs.id, mine.token, body)).status).toBe(401);
    expect((await manage(server, 'GET', theirs.id, theirs.token)).body).toMatchObject({
      client_name: DECENT.client_name,
    });
  });

  it.each(METHODS)('a client of the file and a built-in one are out of reach (%s)', async (method) => {
    for (const id of ['notes', 'gatehouse-dashboard', 'nobody']) {
      const { token } = await newcomer();
      const body = method === 'PUT' ? wishes(id) : undefined;
      expect((await manage(server, method, id, token, body)).status).toBe(401);
      expect((await manage(server, method, id, 'made-up', body)).status).toBe(401);
    }
  });

  it('a client that the operator declares under the same id meanwhile is out of reach', async () => {
    const { id, token } = await newcomer();
    const declared = `${CLIENTS}  - client_id: ${id}\n    client_secret: declared-secret-of-thirty-two-ch\n    redirect_uris: [https://declared.example/cb]\n`;
    writeFileSync(join(server.dataDir, 'clients.yaml'), declared);
    await server.app.get(ClientsFile).apply('shell');
    for (const method of METHODS) {
      const answer = await manage(server, method, id, token, method === 'PUT' ? wishes(id) : undefined);
      expect(answer.status).toBe(401);
      expect(JSON.stringify(answer.body)).not.toContain('declared');
    }
  });

  it('another id, secret or address of the registration cannot be set', async () => {
    const { id, token } = await newcomer();
    const change = (fields: object) => manage(server, 'PUT', id, token, { ...wishes(id), ...fields });
    expect((await change({ client_id: 'notes' })).status).toBe(400);
    expect((await change({ client_secret: 'chosen' })).status).toBe(400);
    expect((await change({ registration_access_token: 'chosen' })).status).toBe(400);
    expect((await change({ client_id_issued_at: 1 })).status).toBe(400);
    expect((await manage(server, 'GET', id, token)).body).toMatchObject({ client_name: DECENT.client_name });
  });

  it('two changes at the same moment leave one valid token, not two', async () => {
    const { id, token } = await newcomer();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        manage(server, 'PUT', id, token, { ...wishes(id), client_name: `Change ${n}` }),
      ),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(9);
    const next = winners[0]!.body;
    expect((await manage(server, 'GET', id, next['registration_access_token'])).body).toMatchObject({
      client_name: next['client_name'],
    });
  });

  it('a deletion and a change at the same moment leave no half of a client', async () => {
    const { id, token } = await newcomer();
    const [changed, deleted] = await Promise.all([
      manage(server, 'PUT', id, token, wishes(id)),
      manage(server, 'DELETE', id, token),
    ]);
    expect([changed.status, deleted.status].sort()).toEqual(deleted.status === 204 ? [204, 401] : [200, 401]);
  });
});
