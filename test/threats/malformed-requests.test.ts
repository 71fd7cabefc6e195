import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { nothingProven, secondFactorDue, type HalfFinished } from '../support/half-finished.js';
import { send } from '../support/raw.js';
import { TestServer } from '../support/server.js';

const FORM = 'application/x-www-form-urlencoded';
/** An answer that says what is wrong, and is not the program's own failure. */
const isClearPage = (status: number, text: string) =>
  status >= 400 && status < 500 && /<h1>[^<]+<\/h1>/.test(text);

describe('requests that no browser makes', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const cookieHeader = ({ browser, uid }: HalfFinished): string =>
    Object.entries(browser.cookies(`/interaction/${uid}`))
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');

  it('bodies of another kind are not read: JSON, multipart, text, none', async () => {
    const state = await secondFactorDue(server);
    const { browser, uid, person } = state;
    const code = person.authenticator!.code(server.clock.now(), 1);
    const fields = { code, _csrf: browser.formToken };
    const Cookie = cookieHeader(state);
    const bodies: Record<string, string> = {
      'application/json': JSON.stringify(fields),
      'text/plain': new URLSearchParams(fields).toString(),
      'multipart/form-data; boundary=x': `--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n${code}\r\n--x--\r\n`,
      'application/x-www-form-urlencoded; charset=utf-7': new URLSearchParams(fields).toString(),
      '': new URLSearchParams(fields).toString(),
    };
    for (const [type, body] of Object.entries(bodies)) {
      const headers = { Cookie, ...(type ? { 'Content-Type': type } : {}) };
      const answer = await send(server, `/interaction/${uid}/totp`, { method: 'POST', headers, body });
      expect([type, isClearPage(answer.status, answer.text)]).toEqual([type, true]);
      expect((await browser.open(`/interaction/${uid}`)).path).toMatch(/\/totp$/);
    }
    await browser.enterTotp(person);
    expect(browser.sentTo).toBeDefined();
  });

  it('parameters of an application’s request may hold anything', async () => {
    for (const [name, value] of Object.entries({
      client_id: 'no\u0000tes',
      redirect_uri: 'http://localhost:9/notes/callback\u0000',
      scope: 'openid \u0000',
      state: '\u0000\u001b',
      login_hint: '\u0000<script>',
      ui_locales: '../../x \u0000',
      acr_values: '__proto__ constructor',
      claims: '{"id_token":{"acr":{"values":"x"}}}',
      max_age: '-1',
      prompt: 'login none',
      id_token_hint: 'a.b.c',
      response_mode: 'fragment\u0000',
    })) {
      const browser = new Browser(server);
      await browser.open(new Application(server, 'notes').authorizationUrl({ [name]: value }));
      const { status, html } = browser.page;
      expect([name, status < 500]).toEqual([name, true]);
      expect(html.toString()).not.toContain('<script>');
      expect(browser.sentTo?.searchParams.get('error') ?? '').not.toBe('server_error');
    }
    const tokens = await new Application(server, 'notes').token({
      grant_type: 'authorization_code',
      code: '\u0000',
      redirect_uri: '\u0000',
    });
    expect(tokens.status).toBe(400);
  });

  it('addresses that mean a route in another spelling open nothing', async () => {
    const state = await nothingProven(server);
    const { uid } = state;
    const Cookie = cookieHeader(state);
    const paths = (path: string) => [
      `${path}/`,
      `${path};x`,
      `/${path}`,
      `${path}%2f`,
      `/%2e${path}`,
      `/assets/..${path}`,
      `/assets/%2e%2e${path}`,
      `${path}/.`,
      `${path}%00`,
      `${path}%zz`,
      path.toUpperCase(),
      `${path}?x[]=1&x[y]=2`,
      `/dashboard\\..${path}`,
    ];
    for (const path of [
      ...paths('/dashboard'),
      ...paths('/dashboard/second-factor/turn-off'),
      ...paths(`/interaction/${uid}/totp`),
      ...paths(`/interaction/${uid}/consent`),
    ])
      for (const method of ['GET', 'POST', 'HEAD']) {
        const answer = await send(server, path, { method, headers: { Cookie, 'Content-Type': FORM } });
        // A page of somebody signed in, or of a step that is not due, would be a 200.
        expect([method, path, answer.status >= 300 && answer.status < 500]).toEqual([method, path, true]);
        if (method !== 'HEAD' && answer.status >= 400)
          expect([path, isClearPage(answer.status, answer.text)]).toEqual([path, true]);
      }
  });

  it('methods that no route has are refused', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])
      for (const path of ['/dashboard', '/register', '/oidc/token', '/']) {
        const { status } = await send(server, path, { method });
        expect([method, path, status < 500]).toEqual([method, path, true]);
      }
  });

  it('cookies that cannot be read are no cookies', async () => {
    for (const Cookie of [
      'gatehouse_session=%zz; gatehouse_browser=%00; gatehouse_locale=__proto__',
      'gatehouse_session=; =; ;;;',
      `gatehouse_browser=${'x'.repeat(8000)}`,
      'gatehouse_locale=../../../etc/passwd',
      '__proto__=1; constructor=2; gatehouse_devices=....; gatehouse_devices=a.b',
    ]) {
      const dashboard = await send(server, '/dashboard', { headers: { Cookie } });
      expect([Cookie, dashboard.status]).toEqual([Cookie, 303]);
      expect((await send(server, '/register', { headers: { Cookie } })).status).toBe(200);
    }
  });
});
