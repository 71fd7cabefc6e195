import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APIS, introspect, machineToken, ORDERS, PAYROLL, STOCK, verify } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
const person = bea();
let accountId: string;
beforeAll(async () => {
  server = await TestServer.start({ clients: APIS });
  accountId = (await server.addPerson(person)).id;
});
afterAll(() => server.stop());

describe('a machine', () => {
  it('gets a JWT for the API it names, which the API verifies by itself', async () => {
    const { status, body } = await machineToken(server, 'warehouse', {
      resource: ORDERS,
      scope: 'orders:write',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'orders:write', expires_in: 300 });
    expect(body).not.toHaveProperty('id_token');
    const { payload, protectedHeader } = await verify(server, body['access_token'], ORDERS);
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: 'warehouse', client_id: 'warehouse', scope: 'orders:write' });
    expect(payload).not.toHaveProperty('auth_time');
    expect(payload.exp! - payload.iat!).toBe(300);
  });

  it('gets it signed as the API wants it', async () => {
    const { body } = await machineToken(server, 'warehouse', { resource: PAYROLL, scope: 'payroll:read' });
    const { protectedHeader } = await verify(server, body['access_token'], PAYROLL);
    expect(protectedHeader.alg).toBe('ES256');
  });

  it('gets an opaque token for an API that asks here, and only that API may ask', async () => {
    const { body } = await machineToken(server, 'warehouse', { resource: STOCK, scope: 'stock:read' });
    const token = body['access_token'];
    expect(String(token).split('.')).toHaveLength(1);
    expect(await introspect(server, 'stock-api', token)).toMatchObject({
      active: true,
      aud: STOCK,
      client_id: 'warehouse',
      scope: 'stock:read',
      token_type: 'Bearer',
    });
    expect(await introspect(server, 'orders-api', token)).toEqual({ active: false });
    expect(await introspect(server, 'warehouse', token)).toMatchObject({ active: true });
  });

  it('that has one API need not name it', async () => {
    const { body } = await machineToken(server, 'meter');
    await verify(server, body['access_token'], ORDERS);
    expect(body).not.toHaveProperty('scope');
    // Of several, none is guessed.
    const unnamed = await machineToken(server, 'warehouse', { scope: 'orders:read' });
    expect(unnamed.body).not.toHaveProperty('scope');
    expect(String(unnamed.body['access_token']).split('.')).toHaveLength(1);
  });
});

describe('an application and an API', () => {
  async function consented(extra: Record<string, string | null> = {}) {
    const calendar = new Application(server, 'calendar');
    const browser = new Browser(server);
    await browser.open(
      calendar.authorizationUrl({
        scope: 'openid email orders:read orders:write stock:read offline_access',
        resource: ORDERS,
        prompt: 'consent',
        ...extra,
      }),
    );
    await browser.enterPassword(person);
    return { calendar, browser };
  }

  it('the person is told which API, and what for', async () => {
    const { calendar, browser } = await consented();
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.text).toContain('At Orders, in your name');
    expect(browser.page.text).toContain('See what you ordered');
    expect(browser.page.text).toContain('orders:write');
    // A scope of another API is none of this one's.
    expect(browser.page.text).not.toContain('stock:read');
    await browser.press('submit');

    const tokens = await calendar.redeem(calendar.codeFrom(browser), { resource: ORDERS });
    const { payload } = await verify(server, tokens.access_token, ORDERS);
    expect(payload).toMatchObject({
      sub: accountId,
      client_id: 'calendar',
      scope: 'orders:read orders:write',
      acr: 'urn:gatehouse:acr:1fa',
      auth_time: expect.any(Number) as unknown,
    });
    expect(tokens.claims['email']).toBe(person.email);
    // It is for that API alone: not for userinfo.
    expect((await calendar.userinfo(tokens.access_token!)).status).toBe(401);

    const again = await calendar.refresh(tokens.refresh_token!);
    expect((await verify(server, again.access_token, ORDERS)).payload).toMatchObject({
      scope: 'orders:read orders:write',
      acr: 'urn:gatehouse:acr:1fa',
    });

    await browser.open('/dashboard/applications');
    expect(browser.page.text).toContain('At Orders, in your name');
    expect(browser.page.text).toContain('See what you ordered');
  });

  it('is asked for one API at a time, and again for the next', async () => {
    const { calendar, browser } = await consented();
    await browser.press('submit');
    calendar.codeFrom(browser);
    await browser.open(calendar.authorizationUrl({ scope: 'openid orders:read', resource: ORDERS }));
    calendar.codeFrom(browser);
    await browser.open(calendar.authorizationUrl({ scope: 'openid orders:read', resource: STOCK }));
    expect(browser.page.path).toMatch(/\/consent$/);
    expect(browser.page.text).toContain('At Stock');
    await browser.press('submit');
    const tokens = await calendar.redeem(calendar.codeFrom(browser));
    expect(await introspect(server, 'stock-api', tokens.access_token)).toMatchObject({
      active: true,
      sub: accountId,
      aud: STOCK,
      scope: 'orders:read',
      acr: 'urn:gatehouse:acr:1fa',
      auth_time: expect.any(Number) as unknown,
    });
  });

  it('what was allowed at an API counts in the next session, too', async () => {
    const first = await consented({ scope: 'openid stock:read', resource: STOCK });
    await first.browser.press('submit');
    const calendar = new Application(server, 'calendar');
    const browser = new Browser(server);
    await browser.open(calendar.authorizationUrl({ scope: 'openid stock:read', resource: STOCK }));
    await browser.enterPassword(person);
    calendar.codeFrom(browser);
  });

  it('an application of the house that knows one API gets its token without naming it, and asks nobody', async () => {
    const notes = new Application(server, 'notes');
    const browser = new Browser(server);
    await browser.open(notes.authorizationUrl({ scope: 'openid orders:read' }));
    await browser.enterPassword(person);
    const tokens = await notes.redeem(notes.codeFrom(browser));
    expect((await verify(server, tokens.access_token, ORDERS)).payload.scope).toBe('orders:read');
    // Without a scope of the API it is the ordinary token.
    await browser.open(notes.authorizationUrl({ scope: 'openid email' }));
    const ordinary = await notes.redeem(notes.codeFrom(browser));
    expect((await notes.userinfo(ordinary.access_token!)).body['email']).toBe(person.email);
  });

  it('works without any scope about the person', async () => {
    const { calendar, browser } = await consented({ scope: 'orders:read', nonce: null });
    expect(browser.page.text).toContain('See what you ordered');
    await browser.press('submit');
    const tokens = await calendar.redeem(calendar.codeFrom(browser));
    expect(tokens.id_token).toBeUndefined();
    expect((await verify(server, tokens.access_token, ORDERS)).payload.scope).toBe('orders:read');
  });

  it('several APIs are granted at once, and each token is for one', async () => {
    const { calendar, browser } = await consented({ scope: 'orders:read', nonce: null });
    await browser.press('submit');
    calendar.codeFrom(browser);
    const both = calendar.authorizationUrl({
      scope: 'orders:read stock:read offline_access',
      resource: ORDERS,
      prompt: 'consent',
      nonce: null,
    });
    await browser.open(`${both}&resource=${encodeURIComponent(STOCK)}`);
    expect(browser.page.text).toContain('At Orders');
    expect(browser.page.text).toContain('At Stock');
    await browser.press('submit');
    const tokens = await calendar.redeem(calendar.codeFrom(browser), { resource: STOCK });
    expect(await introspect(server, 'stock-api', tokens.access_token)).toMatchObject({
      scope: 'orders:read stock:read',
    });
    const orders = await calendar.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token!,
      resource: ORDERS,
    });
    expect((await verify(server, orders.access_token, ORDERS)).payload.scope).toBe('orders:read');
    // Neither named: nothing is guessed.
    const unnamed = await calendar.refresh(orders.refresh_token!);
    expect(unnamed).toMatchObject({ status: 400, error: 'invalid_target' });
    expect(unnamed.refresh_token).toBeUndefined();
    // Refused, it has got nothing: the token is as good as before, and still works once.
    const refresh = { grant_type: 'refresh_token', refresh_token: orders.refresh_token! };
    expect(await calendar.token({ ...refresh, resource: PAYROLL })).toMatchObject({
      error: 'invalid_target',
    });
    const named = await calendar.token({ ...refresh, resource: STOCK });
    expect(named.status).toBe(200);
    expect(await calendar.token({ ...refresh, resource: STOCK })).toMatchObject({ error: 'invalid_grant' });
    const ended = { ...refresh, refresh_token: named.refresh_token!, resource: STOCK };
    expect(await calendar.token(ended)).toMatchObject({ error: 'invalid_grant' });
  });
});
