import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_CLIENTS, events, Program } from '../support/api.js';
import { shell } from '../support/claims.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let program: Program;
beforeAll(async () => {
  server = await TestServer.start({
    clients: `groups:\n  - name: staff\n    description: Everybody\n${API_CLIENTS}`,
  });
  program = new Program(server);
});
afterAll(() => server.stop());

type Item = Record<string, unknown>;
const items = (body: Item) => body['items'] as Item[];
const notes = async (name: string) => (await events(server, { name })).map(({ detail }) => detail);

describe('groups, for a program', () => {
  it('are as a PUT says, and gone when they are deleted', async () => {
    const made = await program.put(
      '/groups/crew%2Fnight',
      { description: 'Awake' },
      { 'If-None-Match': '*' },
    );
    expect([made.status, made.body]).toEqual([
      201,
      { name: 'crew/night', description: 'Awake', members: 0, isDeclared: false },
    ]);
    for (const body of [{ description: 'Awake' }, {}, undefined])
      expect((await program.put('/groups/crew%2Fnight', body)).body).toEqual(made.body);
    expect(await notes('group.created')).toMatchObject([{ by: 'client:automation', group: 'crew/night' }]);
    expect(await notes('group.changed')).toEqual([]);

    const tag = made.headers.get('etag')!;
    const changed = await program.put('/groups/crew%2Fnight', { description: null }, { 'If-Match': tag });
    expect([changed.status, changed.body['description']]).toEqual([200, null]);
    expect((await program.delete('/groups/crew%2Fnight', { 'If-Match': tag })).status).toBe(412);
    expect((await program.delete('/groups/crew%2Fnight')).status).toBe(204);
    expect((await program.get('/groups/crew%2Fnight')).status).toBe(404);
    expect((await program.delete('/groups/crew%2Fnight')).status).toBe(404);
  });

  it('have members, who come and go as often as that is said', async () => {
    await program.put('/groups/band');
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await server.addPerson(somebody())).id);
    for (let n = 0; n < 2; n++)
      for (const id of ids) expect((await program.put(`/groups/band/members/${id}`)).status).toBe(204);
    expect((await program.get('/groups/band')).body['members']).toBe(5);
    expect(await notes('group.joined')).toHaveLength(5);

    const seen: unknown[] = [];
    let after = '';
    do {
      const { body } = await program.get(`/groups/band/members?limit=2${after}`);
      seen.push(...items(body).map(({ id }) => id));
      after = body['next'] === null ? '' : `&after=${encodeURIComponent(body['next'] as string)}`;
    } while (after !== '');
    expect(seen).toEqual(ids);
    expect(items((await program.get('/users?group=band&limit=200')).body)).toHaveLength(5);

    for (let n = 0; n < 2; n++)
      expect((await program.delete(`/groups/band/members/${ids[0]!}`)).status).toBe(204);
    expect((await program.get(`/users/${ids[0]!}/groups`)).body).toEqual({ items: [] });
    expect((await program.put(`/groups/nobody/members/${ids[0]!}`)).status).toBe(404);
    expect((await program.put('/groups/band/members/AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404);
    expect((await program.get('/groups/nobody/members')).status).toBe(404);
  });

  it('that the clients file declares stay as they are, and take members', async () => {
    expect((await program.put('/groups/staff', { description: 'Nobody' })).status).toBe(403);
    expect((await program.put('/groups/staff')).status).toBe(200);
    expect((await program.delete('/groups/staff')).status).toBe(403);
    const { id } = await server.addPerson(somebody());
    expect((await program.put(`/groups/staff/members/${id}`)).status).toBe(204);
    expect(items((await program.get('/groups')).body)).toEqual(
      expect.arrayContaining([{ name: 'staff', description: 'Everybody', members: 1, isDeclared: true }]),
    );
  });

  it('make nobody an operator, and take no operator in', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    for (const name of ['gatehouse-operators', 'gatehouse-help-desk', 'gatehouse-anything']) {
      expect([name, (await program.put(`/groups/${name}/members/${id}`)).status]).toEqual([name, 403]);
      expect([name, (await program.put(`/groups/${name}`, {})).status]).toEqual([name, 403]);
      expect([name, (await program.get(`/groups/${name}`)).status]).toEqual([name, 404]);
      expect([name, (await program.get(`/groups/${name}/members`)).status]).toEqual([name, 404]);
    }
    await shell(server, 'operator-add', person.username);
    await program.put('/groups/band');
    expect((await program.put(`/groups/band/members/${id}`)).status).toBe(403);
    expect((await program.delete(`/groups/gatehouse-operators/members/${id}`)).status).toBe(403);
    expect(await shell(server, 'operators')).toContain(person.username);
  });

  it('are called as anywhere else', async () => {
    for (const name of ['-x', 'x y', 'é', 'a'.repeat(65), '%00', 'a%0Ab'])
      expect([name, (await program.put(`/groups/${name}`, {})).status]).toEqual([name, 422]);
    expect((await program.put('/groups/x', { description: 'a'.repeat(201) })).status).toBe(422);
    expect((await program.put('/groups/x', { members: ['me'] })).status).toBe(422);
    expect((await program.put('/groups/x', [])).status).toBe(422);
  });
});
