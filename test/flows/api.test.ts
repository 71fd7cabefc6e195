import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_CLIENTS, callApi, Program } from '../support/api.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let program: Program;
beforeAll(async () => {
  server = await TestServer.start({ clients: API_CLIENTS });
  program = new Program(server);
});
afterAll(() => server.stop());

describe('a program', () => {
  it('learns what the server is', async () => {
    const { status, body } = await program.get('/server');
    expect(status).toBe(200);
    expect(body).toMatchObject({ issuer: server.url, mail: false });
  });

  it('finds the document without a token', async () => {
    const response = await fetch(`${server.url}/api/v1/openapi.json`);
    const document = (await response.json()) as { openapi: string; servers: unknown };
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: `${server.url}/api/v1` }] });
  });

  it('looks at a user', async () => {
    const person = somebody();
    const { id } = await server.addPerson(person);
    const { status, body, headers } = await program.get(`/users/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, username: person.username, email: person.email, disabledAt: null });
    expect(headers.get('etag')).toMatch(/^"[\w-]{22}"$/);
    expect(JSON.stringify(body)).not.toContain('argon2');
    expect((await program.get('/users/AAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404);
    expect((await callApi(server, 'GET', '/users/AAAA')).status).toBe(401);
  });
});
