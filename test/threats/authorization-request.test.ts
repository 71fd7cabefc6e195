import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Application } from '../support/application.js';
import type { Browser } from '../support/browser.js';
import type { TestServer } from '../support/server.js';
import { somebodySignedIn } from '../support/signed-in.js';

const unsigned = (claims: object) =>
  `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;

describe('authorization requests that an attacker has made up', () => {
  let server: TestServer;
  let browser: Browser;

  // Signed in: whatever is let through would be answered with a code at once.
  somebodySignedIn((ready) => ({ server, browser } = ready));

  async function ask(
    params: Record<string, string | null>,
    client: 'notes' | 'calendar' = 'notes',
  ): Promise<Application> {
    const application = new Application(server, client);
    await browser.open(application.authorizationUrl(params));
    return application;
  }

  function expectErrorSentBack(expected: string | RegExp): void {
    expect(browser.sentTo?.origin).toBe('http://localhost:9');
    const answer = new URLSearchParams(browser.sentTo!.search || browser.sentTo!.hash.slice(1));
    expect(answer.get('error')).toMatch(expected);
    for (const name of ['code', 'access_token', 'id_token']) expect(answer.get(name)).toBeNull();
    expect(answer.get('iss')).toBe(server.url);
  }

  it('with an address that is not exactly a registered one: a page, and no redirect anywhere', async () => {
    for (const redirect_uri of [
      'https://evil.example/',
      'http://localhost:9/notes/callback/',
      'http://localhost:9/notes/callback?x=1',
      'http://localhost:9/notes/callback#x',
      'http://localhost:9/notes/Callback',
      'http://localhost:9/notes/%63allback',
      'http://localhost:9/notes/../notes/callback',
      'http://localhost:9/notes/callback/../../evil',
      'http://localhost:99/notes/callback',
      'http://localhost/notes/callback',
      'https://localhost:9/notes/callback',
      'http://127.0.0.1:9/notes/callback',
      'http://localhost:9@evil.example/notes/callback',
      'http://localhost.evil.example:9/notes/callback',
      'http://localhost:9/photos/callback',
      'http://localhost:9/notes/callback http://evil.example',
      'javascript:alert(1)',
      '//evil.example',
      '',
      null,
    ]) {
      await ask({ redirect_uri });
      expect([redirect_uri, browser.sentTo, browser.page.status]).toEqual([redirect_uri, undefined, 400]);
      expect(browser.page.headers['location']).toBeUndefined();
      const links = browser.page.html.querySelectorAll('a, form').map((element) => element.attributes);
      expect(JSON.stringify(links)).not.toContain('evil');
    }
  });

  it('of an application that nobody knows: a page, and no redirect', async () => {
    for (const client_id of ['nobody', '', 'notes ', 'NOTES', '*', null]) {
      await ask({ client_id });
      expect([client_id, browser.sentTo, browser.page.status]).toEqual([client_id, undefined, 400]);
    }
  });

  it('without PKCE, or with a weaker kind: refused, for applications with a secret as well', async () => {
    for (const client of ['notes', 'calendar'] as const)
      for (const params of [
        { code_challenge: null, code_challenge_method: null },
        { code_challenge: null },
        { code_challenge_method: null },
        { code_challenge_method: 'plain' },
        { code_challenge_method: 's256' },
        { code_challenge: 'short' },
        { code_challenge: '' },
      ] as Record<string, string | null>[]) {
        await ask(params, client);
        expectErrorSentBack(/^invalid_request$/);
      }
  });

  it('for anything but a code: refused, and nothing is in the answer', async () => {
    for (const response_type of [
      'token',
      'id_token',
      'id_token token',
      'code id_token',
      'code token',
      'code id_token token',
      'none',
      'password',
      '',
    ]) {
      await ask({ response_type });
      expectErrorSentBack(/^(unsupported_response_type|unsupported_response_mode|invalid_request)$/);
    }
    await ask({ response_mode: 'web_message' });
    expectErrorSentBack(/unsupported_response_mode|invalid_request/);
  });

  it('wrapped in an object that nobody signed, or that lies elsewhere: refused', async () => {
    const inside = { client_id: 'notes', redirect_uri: 'https://evil.example/', scope: 'openid' };
    for (const params of [
      { request: unsigned(inside) },
      { request_uri: 'https://evil.example/request.jwt' },
      { request_uri: 'http://169.254.169.254/latest/meta-data' },
      { registration: JSON.stringify({ redirect_uris: ['https://evil.example/'] }) },
    ] as Record<string, string>[]) {
      await ask(params);
      expect(browser.sentTo?.origin ?? 'http://localhost:9').toBe('http://localhost:9');
      expect(browser.sentTo?.searchParams.has('code') ?? false).toBe(false);
    }
  });

  it('with a parameter twice: refused', async () => {
    const notes = new Application(server, 'notes');
    for (const twice of [
      'client_id=photos',
      'redirect_uri=https%3A%2F%2Fevil.example%2F',
      'scope=openid+email',
      'code_challenge=x',
      'prompt=none',
    ]) {
      const url = notes.authorizationUrl({ prompt: 'consent' });
      await browser.open(`${url}&${twice}`);
      expect([twice, browser.sentTo?.searchParams.has('code') ?? false]).toEqual([twice, false]);
      expect(browser.sentTo?.origin ?? 'http://localhost:9').toBe('http://localhost:9');
    }
  });

  it('in the name of our own pages: their code is of no use to anyone', async () => {
    const url = (redirect_uri: string) =>
      `${server.url}/oidc/auth?${new URLSearchParams({
        client_id: 'gatehouse-dashboard',
        redirect_uri,
        response_type: 'code',
        scope: 'openid profile email offline_access',
        code_challenge: randomBytes(32).toString('base64url'),
        code_challenge_method: 'S256',
      }).toString()}`;
    await browser.open(url('http://localhost:9/notes/callback'));
    expect([browser.sentTo, browser.page.status]).toEqual([undefined, 400]);

    browser.visited.length = 0;
    await browser.open(url(`${server.url}/dashboard/return`));
    const returned = browser.visited.find((path) => path.startsWith('/dashboard/return'))!;
    const code = new URL(returned, server.url).searchParams.get('code');
    const body = new URLSearchParams({
      client_id: 'gatehouse-dashboard',
      grant_type: 'authorization_code',
      code: code ?? 'none',
      redirect_uri: `${server.url}/dashboard/return`,
    });
    expect((await fetch(`${server.url}/oidc/token`, { method: 'POST', body })).status).toBe(400);
  });

  it('redeemed by somebody who is not the application: refused', async () => {
    const basic = (id: string, secret: string) => ({
      Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    });
    const secret = new Application(server, 'notes').secret;
    const assertion = {
      client_id: 'notes',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: unsigned({ iss: 'notes', sub: 'notes', aud: server.url, exp: 9999999999, jti: 'x' }),
    };
    for (const [headers, fields] of [
      [{}, {}],
      [{}, { client_id: 'notes' }],
      [{}, { client_id: 'notes', client_secret: `${secret}x` }],
      [basic('notes', ''), {}],
      [basic('notes', `${secret} `), {}],
      [basic('photos', secret), {}],
      [basic('notes', secret), { client_id: 'photos' }],
      [basic('nobody', secret), {}],
      [{}, assertion],
    ] as [Record<string, string>, Record<string, string>][]) {
      const notes = await ask({});
      const code = notes.codeFrom(browser);
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: notes.redirectUri,
        code_verifier: notes.codeVerifier,
        ...fields,
      });
      const { status } = await fetch(`${server.url}/oidc/token`, { method: 'POST', headers, body });
      expect([fields, headers, [400, 401].includes(status)]).toEqual([fields, headers, true]);
      expect((await notes.redeem(code)).status).toBe(200);
    }
  });
});
