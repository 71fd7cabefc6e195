import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { ask, APIS, introspect, machineToken, ORDERS, PAYROLL, STOCK, verify } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ clients: APIS });
});
afterAll(() => server.stop());

describe('a machine that wants more than it may', () => {
  it.each([
    ['an API it does not list', 'meter', { resource: STOCK }, 'invalid_target'],
    ['an API that nobody declared', 'warehouse', { resource: 'https://evil.example/' }, 'invalid_target'],
    ['an API by another spelling', 'warehouse', { resource: 'https://orders.example.org' }, 'invalid_target'],
    ['an API with a fragment', 'warehouse', { resource: `${ORDERS}#x` }, 'invalid_target'],
    ['a scope of the API that is not among its own', 'meter', { scope: 'orders:write' }, 'invalid_scope'],
    ['to know who somebody is', 'warehouse', { resource: ORDERS, scope: 'openid' }, 'invalid_scope'],
    ['the same without an API', 'idle', { scope: 'openid profile' }, 'invalid_scope'],
    ['to stay while nobody is there', 'meter', { scope: 'offline_access' }, 'invalid_scope'],
  ])('is refused %s', async (_what, client, params, error) => {
    const { status, body } = await machineToken(server, client, params);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error });
    expect(body).not.toHaveProperty('access_token');
  });

  it('does not get two APIs in one token', async () => {
    const { body } = await ask(server, 'warehouse', '/oidc/token', [
      ['grant_type', 'client_credentials'],
      ['resource', ORDERS],
      ['resource', STOCK],
    ]);
    expect(body).toMatchObject({ error: 'invalid_target' });
  });

  it('gets none of the scopes of one API for another', async () => {
    const { body } = await machineToken(server, 'warehouse', {
      resource: PAYROLL,
      scope: 'payroll:read orders:write',
    });
    expect(body['scope']).toBe('payroll:read');
  });

  it('cannot be told by a client without the grant', async () => {
    const notes = new Application(server, 'notes');
    expect(await notes.token({ grant_type: 'client_credentials', resource: ORDERS })).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
    // A public one is nobody in particular.
    const calendar = new Application(server, 'calendar');
    expect(await calendar.token({ grant_type: 'client_credentials', resource: ORDERS })).not.toHaveProperty(
      'access_token',
    );
  });

  it('is not a person: its token opens no userinfo', async () => {
    const opaque = await machineToken(server, 'warehouse', { resource: STOCK });
    const jwt = await machineToken(server, 'warehouse', { resource: ORDERS });
    for (const { body } of [opaque, jwt]) {
      const { status } = await new Application(server, 'notes').userinfo(body['access_token'] as string);
      expect(status).toBe(401);
    }
  });
});

describe('an application that wants more of an API than the person allowed', () => {
  async function granted(scope: string, resource: string) {
    const person = somebody();
    const { id: accountId } = await server.addPerson(person);
    const calendar = new Application(server, 'calendar');
    const browser = new Browser(server);
    await browser.open(calendar.authorizationUrl({ scope: `openid offline_access ${scope}`, resource }));
    await browser.enterPassword(person);
    await browser.press('submit');
    return { calendar, browser, accountId };
  }

  it('does not widen its scope at a refresh', async () => {
    const { calendar, browser } = await granted('orders:read', ORDERS);
    let tokens = await calendar.redeem(calendar.codeFrom(browser));
    expect(tokens).toMatchObject({ scope: 'orders:read' });
    const wider = await calendar.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token!,
      scope: 'orders:read orders:write',
    });
    expect(wider).toMatchObject({ status: 400, error: 'invalid_scope' });
    tokens = await calendar.refresh(tokens.refresh_token!);
    expect((await verify(server, tokens.access_token, ORDERS)).payload.scope).toBe('orders:read');
  });

  it('does not get at a refresh, nor for its code, another API than was asked about', async () => {
    const { calendar, browser } = await granted('orders:read', ORDERS);
    const tokens = await calendar.redeem(calendar.codeFrom(browser));
    const other = await calendar.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token!,
      resource: STOCK,
    });
    expect(other).toMatchObject({ status: 400, error: 'invalid_target' });
    await browser.open(calendar.authorizationUrl({ scope: 'openid orders:read', resource: ORDERS }));
    expect(await calendar.redeem(calendar.codeFrom(browser), { resource: STOCK })).toMatchObject({
      error: 'invalid_target',
    });
  });

  it('is not asked about an API that it does not list', async () => {
    const calendar = new Application(server, 'calendar');
    const browser = new Browser(server);
    await browser.open(calendar.authorizationUrl({ scope: 'openid payroll:read', resource: PAYROLL }));
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_target');
  });

  it('is asked about again for a further scope, silently or not', async () => {
    const { calendar, browser } = await granted('orders:read', ORDERS);
    const more = { scope: 'openid orders:read orders:write', resource: ORDERS };
    await browser.open(calendar.authorizationUrl({ ...more, prompt: 'none' }));
    expect(browser.sentTo!.searchParams.get('error')).toBe('consent_required');
    await browser.open(calendar.authorizationUrl(more));
    expect(browser.page.path).toMatch(/\/consent$/);
  });

  it('does not carry a scope over to an API where it was not allowed', async () => {
    // orders:read is a scope of both.
    const { calendar, browser } = await granted('orders:read', ORDERS);
    await browser.open(
      calendar.authorizationUrl({ scope: 'openid orders:read', resource: STOCK, prompt: 'none' }),
    );
    expect(browser.sentTo!.searchParams.get('error')).toBe('consent_required');
  });
});

describe('a token for an API, forged or in the wrong hands', () => {
  it('is not verified under another algorithm, with another audience or another type', async () => {
    const { body } = await machineToken(server, 'warehouse', { resource: ORDERS, scope: 'orders:read' });
    const token = body['access_token'] as string;
    await verify(server, token, ORDERS);
    await expect(verify(server, token, STOCK)).rejects.toThrow(/aud/);

    const [, payload, signature] = token.split('.') as [string, string, string];
    const encode = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
    const unsigned = `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`;
    await expect(verify(server, unsigned, ORDERS)).rejects.toThrow();
    const { keys } = (await (await fetch(`${server.url}/oidc/jwks`)).json()) as { keys: { n?: string }[] };
    const head = encode({ alg: 'HS256', typ: 'at+jwt' });
    const mac = createHmac('sha256', JSON.stringify(keys[0]))
      .update(`${head}.${payload}`)
      .digest('base64url');
    await expect(verify(server, `${head}.${payload}.${mac}`, ORDERS)).rejects.toThrow();
    const idToken = `${encode({ alg: 'RS256', typ: 'JWT' })}.${payload}.${signature}`;
    await expect(verify(server, idToken, ORDERS)).rejects.toThrow();
  });

  it('no request chooses how it is signed, or what form it has', async () => {
    const { body } = await machineToken(server, 'warehouse', {
      resource: ORDERS,
      access_token_signed_response_alg: 'ES256',
      access_token_format: 'opaque',
      alg: 'none',
    });
    expect((await verify(server, body['access_token'], ORDERS)).protectedHeader.alg).toBe('RS256');
  });

  it('its jti is no key to anything', async () => {
    const { body } = await machineToken(server, 'warehouse', { resource: ORDERS });
    const { payload } = await verify(server, body['access_token'], ORDERS);
    for (const client of ['warehouse', 'orders-api'])
      expect(await introspect(server, client, payload.jti)).toEqual({ active: false });
  });
});
