import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_CONTROLLERS } from '../../src/admin/api/controllers.js';
import { routesOf } from '../../src/admin/api/openapi.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { API_CLIENTS, callApi, events, Program } from '../support/api.js';
import { shell } from '../support/claims.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

/** What each change of a user is sent; where it is not said, nothing. */
const BODIES: Readonly<Record<string, object>> = {
  makeEmailLink: { email: 'thief@example.org' },
  setUserAttribute: { value: 'x' },
};
const CHANGES = routesOf(API_CONTROLLERS).filter(
  ({ path, method }) => path.startsWith('/users/{id}') && method !== 'get',
);

/** Whoever can reset an operator's password is that operator. */
describe('a program that wants to become an operator', () => {
  let server: TestServer;
  let program: Program;
  beforeAll(async () => {
    server = await TestServer.start({ clients: API_CLIENTS });
    program = new Program(server);
  });
  afterAll(() => server.stop());

  it.each(['operator-add', 'help-desk-add'] as const)(
    'acts on nobody who has a role (%s)',
    async (command) => {
      const person = somebody();
      const { id } = await addEnrolled(server, person);
      await shell(server, command, person.username);
      const before = [await server.app.get(Accounts).find(id), await events(server, { accountId: id })];
      expect(CHANGES.length).toBeGreaterThan(12);
      for (const { path, method, operation } of CHANGES) {
        const address = path
          .replace('{id}', id)
          .replace('{kind}', 'totp')
          .replace(/\{\w+\}/g, 'department');
        const { status, body } = await program.call(method.toUpperCase(), address, {
          body: BODIES[operation.id] ?? undefined,
        });
        // What is not there cannot be taken away, and is not.
        expect([operation.id, status, body['type']]).toEqual([
          operation.id,
          403,
          'urn:gatehouse:problem:forbidden',
        ]);
      }
      const put = await program.put(`/users/by-username/${person.username}`, {
        email: person.email,
        attributes: { department: 'x' },
      });
      expect(put.status).toBe(403);
      expect([await server.app.get(Accounts).find(id), await events(server, { accountId: id })]).toEqual(
        before,
      );
    },
  );

  it('is not heard under another client’s name', async () => {
    const { status } = await callApi(server, 'GET', '/server', {
      headers: { Authorization: `Bearer ${await program.accessToken()}`, 'X-Client-Id': 'reader' },
    });
    expect(status).toBe(200);
    const person = somebody();
    const { id } = await server.addPerson(person);
    await program.post(`/users/${id}/disable`, { reason: 'by: shell' });
    const [event] = await events(server, { accountId: id, name: 'account.disabled' });
    expect(event!.detail).toEqual({
      by: 'client:automation',
      reason: 'by: shell',
      before: { state: 'active' },
      after: { state: 'disabled' },
    });
  });
});
