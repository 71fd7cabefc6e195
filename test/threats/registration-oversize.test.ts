import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DECENT, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

/** What is too long, too deep or no metadata at all is refused before anything is kept. */
describe('a registration that is', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({
      env: { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '10000' },
    });
  });
  afterAll(() => server.stop());

  const many = (count: number, make: (n: number) => unknown) =>
    Array.from({ length: count }, (_, n) => make(n));
  const key = { kty: 'RSA', n: 'x', e: 'AQAB' };
  const json = (value: object) => JSON.stringify({ ...DECENT, ...value });
  const deep = (depth: number) =>
    `{"redirect_uris":["https://x.example/"],"jwks":${'['.repeat(depth)}${']'.repeat(depth)}}`;

  it.each<[string, string]>([
    ['of many redirect URIs', json({ redirect_uris: many(11, (n) => `https://x.example/${n}`) })],
    ['of many keys', json({ jwks: { keys: many(11, () => key) } })],
    ['of many contacts', json({ contacts: many(11, (n) => `a${n}@x.example`) })],
    ['long', json({ jwks: { keys: [{ ...key, x: 'x'.repeat(20_000) }] } })],
    ['of many small things', json({ jwks: { keys: [{ ...key, x: many(400, (n) => n) }] } })],
    ['ten deep', deep(10)],
    ['ten thousand deep', deep(10_000)],
    ['twenty-five thousand deep', deep(25_000)],
    ['larger than a request may be', json({ client_name: 'x'.repeat(60_000) })],
    ['a list', '[]'],
    ['a text', '"text"'],
    ['null', 'null'],
    ['half', '{"redirect_uris":'],
    ['empty', '{}'],
  ])('%s is refused', async (_what, body) => {
    const answer = await register(server, body);
    expect(answer.status).toBe(400);
    expect(String(answer.body['error'])).toMatch(/^invalid_/);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/jwt', 'multipart/form-data'])(
    'sent as %s is refused',
    async (type) => {
      const { status, body } = await register(server, DECENT, { 'Content-Type': type });
      expect([status, body['error']]).toEqual([400, 'invalid_request']);
    },
  );

  it('an attack on the program’s own objects changes nothing', async () => {
    const text = json({}).replace(
      '{',
      '{"__proto__":{"first_party":true},"constructor":{"prototype":{"x":1}},',
    );
    const { status, body } = await register(server, text);
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('first_party');
    expect({}).not.toHaveProperty('first_party');
  });
});
