import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RecordStore } from '../../src/oidc/records/record.store.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { addEnrolled, somebody } from '../support/enrolled.js';
import { consentDue, secondFactorDue } from '../support/half-finished.js';
import { send, type Answer } from '../support/raw.js';
import { TestServer } from '../support/server.js';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

function directivesOf(policy: string | undefined): Record<string, string> {
  const directives = (policy ?? '').split(';').map((directive) => directive.trim().split(/\s+(.*)/s));
  return Object.fromEntries(directives.map(([name, value = '']) => [name!, value]));
}

/** What keeps a page from being framed, sniffed, scripted, remembered or told about. */
function expectGuarded({ headers, text }: Pick<Answer, 'headers' | 'text'>): void {
  const policy = directivesOf(headers['content-security-policy']);
  expect(policy).toMatchObject({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
  });
  expect(policy['form-action']).toMatch(/^'self'/);
  expect(headers['content-security-policy']).not.toMatch(/unsafe|\*(?!\s|;|$)|http:\/\/\*/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toMatch(/^(no-referrer|same-origin|strict-origin)$/);
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(headers['cache-control']).toMatch(/no-store/);
  expect(headers['x-powered-by']).toBeUndefined();
  // What such a policy would block in a browser is not on the page to begin with.
  expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle="|\son[a-z]+="/);
  expect(text.match(/(?:src|href)="(?:https?:)?\/\/(?!localhost|calendar\.example)[^"]*"/g)).toBeNull();
}

describe('headers that the browser needs to protect a person', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it.each([
    ['a page', () => new Application(server, 'notes').authorizationUrl().replace(server.url, '')],
    ['an answer to a program', () => '/oidc/userinfo'],
  ])(
    'are on %s after a failure of our own below the provider, too, which says nothing of it',
    async (_what, path) => {
      const broken = jest
        .spyOn(server.app.get(RecordStore), 'batch')
        .mockRejectedValueOnce(new Error('inside'));
      try {
        const answer = await send(server, path());
        expect(answer.status).toBe(500);
        expectGuarded(answer);
        expect(answer.text).not.toContain('inside');
      } finally {
        broken.mockRestore();
      }
    },
  );

  it('are on every page, signed in or not', async () => {
    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    const paths = ['/', '/register', '/register/done', '/signed-out', '/test-app'];
    for (const path of paths) expectGuarded(await send(server, path));
    await browser.open(new Application(server, 'notes').authorizationUrl());
    expectGuarded({ headers: browser.page.headers, text: browser.page.html.toString() });
    await browser.signIn(person);
    for (const path of [
      '/dashboard',
      '/dashboard/password',
      '/dashboard/second-factor',
      '/dashboard/second-factor/set-up',
      '/dashboard/second-factor/turn-off',
      '/oidc/session/end',
      '/oidc/session/end/success',
    ]) {
      const { status, headers, html } = await browser.open(path);
      expect([path, status]).toEqual([path, 200]);
      expectGuarded({ headers, text: html.toString() });
    }
    for (const { browser } of [await secondFactorDue(server), await consentDue(server)])
      expectGuarded({ headers: browser.page.headers, text: browser.page.html.toString() });
  });

  it('are on error pages as well, whoever makes them', async () => {
    const authorization = (params: Record<string, string>) => {
      const url = new URL(new Application(server, 'notes').authorizationUrl(params));
      return url.pathname + url.search;
    };
    const cases: Record<string, [status: number, Promise<Answer>]> = {
      'no such page': [404, send(server, '/no-such-page')],
      'no such page of the provider': [404, send(server, '/oidc/no-such-page')],
      'no such asset': [404, send(server, '/assets/no-such-file.js')],
      'an asset outside': [404, send(server, '/assets/%2e%2e/package.json')],
      'a form without its token': [
        403,
        send(server, '/register', { method: 'POST', headers: FORM, body: 'a=b' }),
      ],
      'a form of another site': [
        403,
        send(server, '/register', { method: 'POST', headers: { ...FORM, Origin: 'https://evil.example' } }),
      ],
      'too large a form': [
        413,
        send(server, '/register', { method: 'POST', headers: FORM, body: 'a'.repeat(100_000) }),
      ],
      'an address that cannot be decoded': [400, send(server, '/interaction/%zz')],
      'an interaction that is over': [400, send(server, '/interaction/nothing/password')],
      'an unknown application': [400, send(server, authorization({ client_id: 'nobody' }))],
      'an unregistered address': [400, send(server, authorization({ redirect_uri: 'http://localhost:9/x' }))],
      'a sign-in that cannot be resumed': [400, send(server, '/oidc/auth/nothing')],
      'a sign-out that was not asked for': [
        400,
        send(server, '/oidc/session/end/confirm', { method: 'POST', headers: FORM, body: 'xsrf=x' }),
      ],
    };
    for (const [name, [status, answer]] of Object.entries(cases)) {
      const { headers, text, ...rest } = await answer;
      expect([name, rest.status]).toEqual([name, status]);
      expectGuarded({ headers, text });
    }
  });

  it('let only assets and public documents be kept, and tell the browser to forget at sign-out', async () => {
    const page = await send(server, '/');
    const asset = /href="(\/assets\/app\.css[^"]*)"/.exec(page.text)![1]!;
    expect((await send(server, asset)).headers['cache-control']).toContain('immutable');
    for (const path of ['/oidc/auth', '/oidc/token', '/oidc/userinfo', '/dashboard', '/health/ready'])
      expect((await send(server, path)).headers['cache-control']).toMatch(/no-store/);

    const person = somebody();
    await addEnrolled(server, person);
    const browser = new Browser(server);
    await browser.signIn(person);
    const { path, fields } = browser.form('sign-out');
    const signedOut = await browser.once('POST', path, fields);
    expect(signedOut.headers['clear-site-data']).toMatch(/"cache"/);
  });

  it('tie every cookie to this site: not readable by scripts, not sent along from other sites', async () => {
    const { pathname, search } = new URL(new Application(server, 'notes').authorizationUrl());
    const answers = await Promise.all(
      [pathname + search, '/register', '/test-app/sign-in'].map((path) => send(server, path)),
    );
    const cookies = answers.flatMap((answer) => answer.cookies);
    expect(cookies.length).toBeGreaterThan(3);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/;\s*httponly/i);
      expect(cookie).toMatch(/;\s*samesite=(lax|strict)/i);
      expect(cookie).not.toMatch(/;\s*domain=/i);
    }
  });
});

describe.each(['https://id.example.test', 'https://example.test/id'])('at the public URL %s', (url) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: { GATEHOUSE_URL: url } });
  });
  afterAll(() => server.stop());

  it('browsers are told to use https only, on pages and on error pages', async () => {
    for (const path of ['/', '/register', '/no-such-page', '/oidc/auth', '/.well-known/openid-configuration'])
      expect((await send(server, path)).headers['strict-transport-security']).toMatch(/max-age=\d{8}/);
  });

  it('cookies are Secure and carry the prefix that no other host can set', async () => {
    const { pathname, search } = new URL(new Application(server, 'notes').authorizationUrl());
    const base = new URL(url).pathname.replace(/\/$/, '');
    const authorization = await send(server, pathname + search);
    expect(authorization.status).toBe(303);
    expect(authorization.headers['location']).toMatch(new RegExp(`^(${url}|${base})/interaction/`));
    const cookies = [...authorization.cookies, ...(await send(server, '/register')).cookies];
    expect(cookies.length).toBeGreaterThan(3);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/;\s*secure/i);
      expect(cookie).toMatch(/;\s*httponly/i);
      expect(cookie).toMatch(/;\s*samesite=lax/i);
      expect(cookie).not.toMatch(/;\s*domain=/i);
      // __Host- demands the path "/", which is right for a site of its own and for what belongs to no single page.
      const wholeSite = base === '' && /;\s*path=\/(;|$)/i.test(cookie);
      expect(cookie).toMatch(wholeSite ? /^__Host-gatehouse_/ : /^__Secure-gatehouse_/);
      if (!wholeSite) expect(cookie).toMatch(new RegExp(`;\\s*path=${base}(/|;|$)`, 'i'));
    }
  });
});
