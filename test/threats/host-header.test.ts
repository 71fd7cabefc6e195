import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { secondFactorDue } from '../support/half-finished.js';
import { send } from '../support/raw.js';
import { TestServer } from '../support/server.js';

/** What a client, or a careless proxy, may say about the address it believes to be at. */
const LIES: Record<string, Record<string, string>> = {
  Host: { Host: 'evil.example' },
  'Host with a port': { Host: 'evil.example:1337' },
  'Host with a path': { Host: 'evil.example/x?' },
  'X-Forwarded-Host': { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
  'several X-Forwarded-Host': { 'X-Forwarded-Host': 'evil.example, localhost' },
  'X-Forwarded-Port': { 'X-Forwarded-Port': '1337' },
  'X-Forwarded-Prefix': { 'X-Forwarded-Prefix': '/evil.example' },
  'X-Forwarded-Proto': { 'X-Forwarded-Proto': 'https' },
  'X-Forwarded-Proto of another kind': { 'X-Forwarded-Proto': 'javascript' },
  Forwarded: { Forwarded: 'for=1.2.3.4;host=evil.example;proto=https' },
  'a rewritten address': { 'X-Original-URL': '/evil.example', 'X-Rewrite-URL': '/evil.example' },
  'another method': { 'X-HTTP-Method-Override': 'POST' },
  Referer: { Referer: 'https://evil.example/' },
  'all of them': {
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Server': 'evil.example',
    'X-Host': 'evil.example',
    'X-Forwarded-Port': '1337',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Prefix': '/evil.example',
    Forwarded: 'host="evil.example";proto=https',
  },
};

const ATTACKERS = /evil|1337|https:\/\/localhost|javascript:/;

describe('a lie about the host', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it.each(Object.entries(LIES))('in %s: nothing of it is in any answer', async (_, headers) => {
    const { uid, browser } = await secondFactorDue(server);
    const cookies = Object.entries(browser.cookies(`/interaction/${uid}`));
    const Cookie = cookies.map(([name, value]) => `${name}=${value}`).join('; ');
    const authorization = new URL(new Application(server, 'notes').authorizationUrl());
    const unregistered = new URL(
      new Application(server, 'notes').authorizationUrl({ redirect_uri: 'http://localhost:9/other' }),
    );
    for (const path of [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      authorization.pathname + authorization.search,
      unregistered.pathname + unregistered.search,
      '/oidc/session/end',
      '/oidc/session/end/success',
      `/interaction/${uid}`,
      `/interaction/${uid}/totp`,
      '/',
      '/register',
      '/register/done',
      '/dashboard',
      '/test-app',
      '/test-app/sign-in',
      '/no-such-page',
    ]) {
      const honest = await send(server, path, { headers: { Cookie } });
      const lied = await send(server, path, { headers: { Cookie, ...headers } });
      const said = JSON.stringify([lied.headers, lied.cookies, lied.text]);
      expect([path, ATTACKERS.exec(said)?.[0]]).toEqual([path, undefined]);
      expect([path, lied.status]).toEqual([path, honest.status]);
      expect([path, lied.cookies.filter((cookie) => /domain|secure/i.test(cookie))]).toEqual([path, []]);
      if (path.startsWith('/.well-known')) expect(lied.text).toBe(honest.text);
    }
  });

  it('in the request line: an absolute address names nothing but its path', async () => {
    const honest = await send(server, '/.well-known/openid-configuration');
    for (const host of [
      'http://evil.example:1337',
      'HTTPS://evil.example',
      'http://a:b@evil.example',
      'ftp://evil',
    ]) {
      const lied = await send(server, `${host}/.well-known/openid-configuration`);
      expect([200, 400, 404]).toContain(lied.status);
      if (lied.status === 200) expect(lied.text).toBe(honest.text);
      else expect(ATTACKERS.exec(JSON.stringify(lied.headers))).toBeNull();
    }
    for (const path of ['/', '/register', '/dashboard', '/no-such-page']) {
      const { headers, text } = await send(server, `http://evil.example:1337${path}`);
      expect([path, ATTACKERS.exec(JSON.stringify([headers, text]))?.[0]]).toEqual([path, undefined]);
    }
  });

  it('all the way through a sign-in: the code goes to the application, and the issuer is the configured one', async () => {
    const person = somebody();
    await server.addPerson(person);
    const browser = new Browser(server, LIES['all of them']);
    const notes = new Application(server, 'notes');
    await browser.open(notes.authorizationUrl());
    await browser.enterPassword(person);
    expect(browser.sentTo!.origin).toBe('http://localhost:9');
    expect(browser.sentTo!.searchParams.get('iss')).toBe(server.url);
    expect((await notes.redeem(notes.codeFrom(browser))).claims['iss']).toBe(server.url);
  });

  it('about where one comes from: the client’s address is not what the client says', async () => {
    const person = somebody();
    const account = await server.addPerson(person);
    const browser = new Browser(server, { 'X-Forwarded-For': '203.0.113.66', 'X-Real-IP': '203.0.113.66' });
    await browser.signIn(person);
    const rows = await server.app
      .get(Sql)
      .rows<{ address: string }>('SELECT address FROM audit_event WHERE account_id = ?', account.id);
    expect(rows.length).toBeGreaterThan(0);
    for (const { address } of rows) expect(address).toMatch(/127\.0\.0\.1$|^::1$/);
  });
});
