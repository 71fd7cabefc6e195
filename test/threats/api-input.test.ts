import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { API_CLIENTS, callApi, Program } from '../support/api.js';
import { send, type RawRequest } from '../support/raw.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await TestServer.start({ clients: API_CLIENTS });
  token = await new Program(server).accessToken();
});
afterAll(() => server.stop());

const PATH = '/api/v1/users';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const user = (more: string) => `{"username":"hostile","email":"hostile@example.org",${more}}`;

async function answer(request: RawRequest, path = PATH) {
  const { status, headers, text, cookies } = await send(server, path, {
    method: 'POST',
    ...request,
    headers: { Authorization: `Bearer ${token}`, ...JSON_TYPE, ...request.headers },
  });
  expect(headers['content-type']).toMatch('application/problem+json');
  expect(text).not.toMatch(/<html|node_modules|\.ts:|\.js:|SELECT |INSERT /i);
  expect(cookies).toEqual([]);
  const body = JSON.parse(text) as { type: string; status: number; errors?: { at: string }[] };
  expect(body.status).toBe(status);
  return { status, kind: body.type.replace('urn:gatehouse:problem:', ''), errors: body.errors ?? [] };
}

describe('what a program may send', () => {
  it.each([
    ['nothing', '', 'not-valid'],
    ['no JSON', 'username=hostile', 'bad-request'],
    ['half of it', '{"username":', 'bad-request'],
    ['a text', '"hostile"', 'bad-request'],
    ['null', 'null', 'bad-request'],
    ['a list', '[{"username":"hostile"}]', 'not-valid'],
    ['a deep list', nested(5000), 'bad-request'],
    ['a deep attribute', user(`"attributes":{"a":${nested(12)}}`), 'bad-request'],
    ['a NUL in a value', user('"attributes":{"a":"x\\u0000y"}'), 'bad-request'],
    ['a NUL in a name', user('"attributes":{"a\\u0000":1}'), 'bad-request'],
    ['half a character', user('"attributes":{"a":"\\ud800"}'), 'bad-request'],
    ['an endless number', user('"attributes":{"a":1e999}'), 'bad-request'],
    ['a prototype', user('"__proto__":{"disabled":true}'), 'bad-request'],
    ['a prototype further in', user('"attributes":{"a":{"__proto__":{"b":1}}}'), 'bad-request'],
    ['a constructor', user('"constructor":{"prototype":{}}'), 'bad-request'],
    ['an unknown field', user('"role":"operator"'), 'not-valid'],
    ['a field of the table', user('"passwordHash":"x"'), 'not-valid'],
    ['an id of one’s own', user('"id":"AAAAAAAAAAAAAAAAAAAAAA"'), 'not-valid'],
    ['a number for a name', '{"username":7,"email":"a@example.org"}', 'not-valid'],
    ['a list for a name', '{"username":["hostile"],"email":"a@example.org"}', 'not-valid'],
    ['an object for a name', '{"username":{"$ne":""},"email":"a@example.org"}', 'not-valid'],
    ['lines in a name', '{"username":"a\\nb","email":"a@example.org"}', 'not-valid'],
    [
      'lines in an address',
      '{"username":"hostile","email":"a@example.org\\nBcc: b@example.org"}',
      'not-valid',
    ],
    ['a name of a megabyte', `{"username":"${'a'.repeat(1e6)}","email":"a@example.org"}`, 'too-large'],
    ['a name of a page', `{"username":"${'a'.repeat(50_000)}","email":"a@example.org"}`, 'not-valid'],
  ])('is not %s', async (_what, body, kind) => {
    expect((await answer({ body })).kind).toBe(kind);
    const { body: found } = await new Program(server).get('/users?search=hostile');
    expect(found['items']).toEqual([]);
  });

  it.each([
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 'username=a&email=a@example.org'],
    ['a form with a file', { 'Content-Type': 'multipart/form-data; boundary=x' }, '--x--'],
    ['text', { 'Content-Type': 'text/plain' }, '{"username":"hostile","email":"a@example.org"}'],
    ['another alphabet', { 'Content-Type': 'application/json; charset=latin1' }, '{}'],
    ['something compressed', { 'Content-Encoding': 'gzip' }, '\x1f\x8b'],
  ])('is not %s', async (_what, headers, body) => {
    expect(await answer({ headers, body })).toMatchObject({ status: 415, kind: 'not-json' });
  });

  it('is not read of who is nobody', async () => {
    const { port } = server.app.getHttpServer().address() as AddressInfo;
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', (data) => {
        resolve(data.toString());
        socket.destroy();
      });
      socket.once('error', reject);
      // The body is announced and never sent.
      socket.write(
        `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n`,
      );
    });
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each([
    ['/api/v1/users/..%2f..%2fdashboard', 404],
    ['/api/v1/users/%00', 404],
    ['/api/v1/users/%ff', 400],
    ['/api/v1/users/AAAAAAAAAAAAAAAAAAAAA%0a', 404],
    ["/api/v1/users/'%20OR%201=1--aaaaaaaaaa", 404],
    ['/api/v1/nothing', 404],
    ['/api/nothing', 404],
    ['/api', 404],
    ['/API/V1/users/nobody', 404],
  ])('leads nowhere: %s', async (path, status) => {
    expect((await answer({ method: 'GET' }, path)).status).toBe(status);
  });

  it('has no other spelling of an address that would lead around the token', async () => {
    for (const path of [
      '/API/v1/users',
      '/api/v1/users/',
      '/api/v1//users',
      '//api/v1/users',
      '/api/v1/./users',
    ]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const { status } = await send(server, path, {
          method,
          ...(method === 'GET' ? {} : { headers: { ...JSON_TYPE, 'Content-Length': '2' }, body: '{}' }),
        });
        expect([path, method, [400, 401, 403, 404, 405].includes(status)]).toEqual([path, method, true]);
      }
    }
  });

  it('says which methods an address knows, and of what is no address nothing', async () => {
    const asked = async (method: string, path: string) => {
      const { status, headers, text } = await send(server, path, { method });
      const problem = text === '' ? undefined : (JSON.parse(text) as { type: string }).type;
      return [status, headers['allow'], problem?.replace('urn:gatehouse:problem:', '')];
    };
    expect(await asked('DELETE', '/api/v1/users')).toEqual([405, 'GET, HEAD, POST', 'method-not-allowed']);
    expect(await asked('PATCH', '/api/v1/groups/staff')).toEqual([
      405,
      'DELETE, GET, HEAD, PUT',
      'method-not-allowed',
    ]);
    expect(await asked('GET', '/api/v1/users/AAAA/disable')).toEqual([405, 'POST', 'method-not-allowed']);
    expect(await asked('POST', '/API/v1/openapi.json')).toEqual([405, 'GET, HEAD', 'method-not-allowed']);
    expect(await asked('OPTIONS', '/api/v1/keys')).toEqual([204, 'GET, HEAD', undefined]);
    for (const path of ['/api/v1/nothing', '/api/v1', '/api/v1/users/a/b/c/d', '/api/v2/users'])
      expect([path, ...(await asked('PATCH', path))]).toEqual([path, 404, undefined, 'not-found']);
  });

  it('cannot be asked for by scripts of another origin', async () => {
    const { status, headers } = await send(server, PATH, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://evil.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      },
    });
    expect(status).toBeLessThan(500);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    const cross = await send(server, PATH, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, ...JSON_TYPE, Origin: 'https://evil.example' },
      body: '{}',
    });
    expect(cross.status).toBe(403);
    expect(cross.headers['content-type']).toMatch('application/problem+json');
  });

  it('tells nobody what went wrong inside', async () => {
    const { status, body } = await callApi(server, 'GET', '/users?after=x');
    expect([status, Object.keys(body).sort()]).toEqual([401, ['status', 'title', 'type']]);
  });
});
