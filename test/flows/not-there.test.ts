import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Browser } from '../support/browser.js';
import { TestServer } from '../support/server.js';

describe('what is not there', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it.each([
    '/nothing',
    '/oidc/anything',
    '/oidc/jwksx',
    '/interaction',
    '/dashboard/nothing',
    '/assets/nothing.css',
  ])('%s gets a page that says so, and a way back', async (path) => {
    const browser = new Browser(server, { Accept: 'text/html' });
    await browser.open(path);
    expect(browser.page.status).toBe(404);
    expect(browser.page.text).toContain('There is no page here');
    expect(browser.page.html.querySelector('main a[href="/"]')).not.toBeNull();
    expect(browser.page.headers['cache-control']).toBe('no-store');
  });

  it.each([
    [
      'more cookies than fit',
      `GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ${'a=b; '.repeat(8_000)}\r\n\r\n`,
      '431',
      'Delete the cookies',
    ],
    ['no HTTP at all', 'HELLO\r\n\r\n', '400', 'could not be understood'],
  ])('a request with %s still gets an answer that says what to do', async (_what, request, status, text) => {
    const socket = connect(Number(new URL(server.url).port), 'localhost');
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(request);
    await once(socket, 'close');
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('X-Content-Type-Options: nosniff');
    expect(answer).toContain(text);
  });
});
