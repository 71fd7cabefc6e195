import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { AccountDeletion } from '../../src/users/account-deletion.service.js';
import { Groups } from '../../src/users/groups.service.js';
import { PersonFacts } from '../../src/users/person-facts.service.js';
import { API_CLIENTS, events, Program, type Called } from '../support/api.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const WRITERS = 20;
const WIKI = { client_name: 'Wiki', redirect_uris: ['https://wiki.example/cb'] };

/** Each has seen the same, and none of them may overwrite what another one has made of it meanwhile. */
describe('of many who change at once what they have seen, one does', () => {
  let server: TestServer;
  let program: Program;
  beforeAll(async () => {
    server = await TestServer.start({ clients: API_CLIENTS });
    program = new Program(server);
    await program.accessToken();
  });
  afterAll(() => server.stop());

  const atOnce = (write: (n: number) => Promise<Called>) =>
    Promise.all(Array.from({ length: WRITERS }, (_, n) => write(n)));
  /** Where each change is made nobody goes on before all have come: each has looked by then, and none has changed anything. */
  async function afterAllHaveLooked<T>(places: [service: Type, method: string][], write: () => Promise<T>) {
    let come = 0;
    let open = () => {};
    const all = new Promise<void>((resolve) => (open = resolve));
    const services = places.map(([type, method]) => {
      const service = server.app.get<Record<string, (...args: unknown[]) => Promise<unknown>>>(type);
      const change = service[method]!;
      service[method] = async (...args) => {
        if (++come === WRITERS) open();
        await all;
        return change.apply(service, args);
      };
      return () => delete service[method];
    });
    const written = await write();
    for (const restore of services) restore();
    expect(come).toBe(WRITERS);
    return written;
  }
  const statuses = (answers: readonly Called[]) => {
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const tagOf = async (path: string) => ({ 'If-Match': (await program.get(path)).headers.get('etag')! });
  const added = async () => {
    const person = somebody();
    return { ...person, id: (await server.addPerson(person)).id };
  };

  it('of a user', async () => {
    const { id, username, email } = await added();
    const seen = await tagOf(`/users/${id}`);
    const put = (n: number) =>
      program.put(
        `/users/by-username/${username}`,
        { email, attributes: { writer: n, shift: `s${n}` } },
        seen,
      );
    const answers = await afterAllHaveLooked([[PersonFacts, 'changeAttributes']], () => atOnce(put));
    expect(statuses(answers)).toEqual({ 200: 1, 412: WRITERS - 1 });
    const winner = answers.findIndex(({ status }) => status === 200);
    const { body, headers } = await program.get(`/users/${id}`);
    expect(body['attributes']).toEqual({ writer: winner, shift: `s${winner}` });
    expect(headers.get('etag')).not.toBe(seen['If-Match']);
    // What lost left no trace: both attributes, once.
    expect(await events(server, { accountId: id, name: 'attribute.changed' })).toHaveLength(2);
  });

  it('of a user, all with the same words', async () => {
    const { id, username, email } = await added();
    const seen = await tagOf(`/users/${id}`);
    const put = () =>
      program.put(`/users/by-username/${username}`, { email, attributes: { team: 'ops' } }, seen);
    const answers = await afterAllHaveLooked([[PersonFacts, 'changeAttributes']], () => atOnce(put));
    expect(statuses(answers)).toEqual({ 200: 1, 412: WRITERS - 1 });
    expect(await events(server, { accountId: id, name: 'attribute.changed' })).toHaveLength(1);
  });

  it('of a user that one of them deletes', async () => {
    const { id, username, email } = await added();
    const seen = await tagOf(`/users/${id}`);
    const change = (n: number) =>
      n % 2 === 0
        ? program.delete(`/users/${id}`, seen)
        : program.put(`/users/by-username/${username}`, { email, attributes: { n } }, seen);
    const answers = await afterAllHaveLooked(
      [
        [PersonFacts, 'changeAttributes'],
        [AccountDeletion, 'decide'],
      ],
      () => atOnce(change),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 412: WRITERS - 1 });
    const noted = await events(server, { accountId: id });
    expect(noted.map(({ name }) => name)).toEqual([
      answers.findIndex(({ status }) => status === 200) % 2 === 0
        ? 'account.deletion-requested'
        : 'attribute.changed',
    ]);
  });

  it('of a group', async () => {
    await program.put('/groups/crew');
    const seen = await tagOf('/groups/crew');
    const answers = await afterAllHaveLooked([[Groups, 'describe']], () =>
      atOnce((n) => program.put('/groups/crew', { description: `as ${n} says` }, seen)),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 412: WRITERS - 1 });
    const winner = answers.findIndex(({ status }) => status === 200);
    expect((await program.get('/groups/crew')).body['description']).toBe(`as ${winner} says`);
    expect(await events(server, { name: 'group.changed' })).toHaveLength(1);
  });

  it('of a group that one of them deletes: whoever comes when it is gone is told so', async () => {
    await program.put('/groups/band');
    const seen = await tagOf('/groups/band');
    const answers = await afterAllHaveLooked([[Groups, 'delete']], () =>
      atOnce(() => program.delete('/groups/band', seen)),
    );
    expect(statuses(answers)).toEqual({ 204: 1, 412: WRITERS - 1 });
    expect((await program.delete('/groups/band', seen)).status).toBe(404);
    expect(await events(server, { name: 'group.deleted' })).toHaveLength(1);
  });

  it('of a group that somebody has joined since it was seen', async () => {
    await program.put('/groups/choir');
    const seen = await tagOf('/groups/choir');
    await program.put(`/groups/choir/members/${(await added()).id}`);
    expect((await program.put('/groups/choir', { description: 'Loud' }, seen)).status).toBe(412);
    expect((await program.delete('/groups/choir', seen)).status).toBe(412);
  });

  it('of an application', async () => {
    await program.put('/clients/wiki', WIKI);
    const seen = await tagOf('/clients/wiki');
    const put = (n: number) => program.put('/clients/wiki', { ...WIKI, client_name: `Wiki ${n}` }, seen);
    const answers = await afterAllHaveLooked([[ManagedClients, 'update']], () => atOnce(put));
    expect(statuses(answers)).toEqual({ 200: 1, 412: WRITERS - 1 });
    expect(await events(server, { name: 'client.updated' })).toHaveLength(1);
  });

  it('of an application that all of them remove', async () => {
    await program.put('/clients/gone', WIKI);
    const seen = await tagOf('/clients/gone');
    const answers = await afterAllHaveLooked([[ManagedClients, 'remove']], () =>
      atOnce(() => program.delete('/clients/gone', seen)),
    );
    expect(statuses(answers)).toEqual({ 204: 1, 412: WRITERS - 1 });
    expect((await program.delete('/clients/gone', seen)).status).toBe(404);
    expect(await events(server, { name: 'client.removed' })).toHaveLength(1);
  });

  it('makes what is only to be made', async () => {
    const isNew = { 'If-None-Match': '*' };
    const making = [
      (n: number) =>
        program.put('/users/by-username/newest', { email: 'newest@example.org', attributes: { n } }, isNew),
      (n: number) => program.put('/groups/newest', { description: `as ${n} says` }, isNew),
      (n: number) => program.put('/clients/newest', { ...WIKI, client_name: `Wiki ${n}` }, isNew),
    ];
    for (const make of making) expect(statuses(await atOnce(make))).toEqual({ 201: 1, 412: WRITERS - 1 });
  });

  it('is made by one and found by the others where nobody asks for more', async () => {
    const put = () =>
      program.put('/users/by-username/shared', { email: 'shared@example.org', attributes: { team: 'ops' } });
    expect(statuses(await atOnce(put))).toEqual({ 200: WRITERS - 1, 201: 1 });
    expect(statuses(await atOnce(() => program.put('/groups/shared')))).toEqual({ 200: WRITERS - 1, 201: 1 });
    const applications = await atOnce(() => program.put('/clients/shared', WIKI));
    expect(statuses(applications)).toEqual({ 200: WRITERS - 1, 201: 1 });
    expect(applications.filter(({ body }) => body['secret'] !== null)).toHaveLength(1);
    const made = await events(server, { name: 'group.created' });
    expect(made.filter(({ detail }) => detail['group'] === 'shared')).toHaveLength(1);
  });
});
