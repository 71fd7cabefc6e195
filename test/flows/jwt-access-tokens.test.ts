import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, jwtVerify, createRemoteJWKSet } from 'jose';
import { Sql } from '../../src/database/sql.js';
import { SessionEndings } from '../../src/oidc/sessions/session-endings.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import { APIS, ask, exchange, introspect, machineToken, ORDERS, PAYROLL } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

describe('a JWT access token, where it was issued', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: APIS });
  });
  afterAll(() => server.stop());

  /** A person lets calendar act at Orders. */
  async function granted(more = '', asking: Record<string, string> = {}) {
    const person = somebody();
    const { id: accountId } = await server.addPerson(person);
    const calendar = new Application(server, 'calendar');
    const browser = new Browser(server);
    await browser.open(
      calendar.authorizationUrl({ scope: `openid orders:read${more}`, resource: ORDERS, ...asking }),
    );
    await browser.enterPassword(person);
    await browser.press('submit');
    const tokens = await calendar.redeem(calendar.codeFrom(browser), { resource: ORDERS });
    return { accountId, person, browser, calendar, tokens, jwt: tokens.access_token! };
  }
  const revoke = (client: string, token: unknown) =>
    ask(server, client, '/oidc/revocation', { token: token as string });

  it('is asked about like an opaque one: by its API and its client, and says what it says', async () => {
    const order = [{ type: 'payment', amount: 12.5, currency: 'EUR', to: 'Bakery' }];
    const { accountId, calendar, jwt } = await granted('', { authorization_details: JSON.stringify(order) });
    const { exp, iat, jti } = decodeJwt(jwt);
    const said = {
      active: true,
      aud: ORDERS,
      iss: server.url,
      sub: accountId,
      client_id: 'calendar',
      scope: 'orders:read',
      acr: 'urn:gatehouse:acr:1fa',
      auth_time: expect.any(Number) as unknown,
      authorization_details: order,
      token_type: 'Bearer',
      ...{ exp, iat, jti },
    };
    expect(await introspect(server, 'orders-api', jwt)).toMatchObject(said);
    expect((await calendar.call('/oidc/introspection', { token: jwt })).body).toMatchObject(said);
    const hinted = await ask(server, 'orders-api', '/oidc/introspection', {
      token: jwt,
      token_type_hint: 'access_token',
    });
    expect(hinted.body).toMatchObject(said);
    expect(await introspect(server, 'stock-api', jwt)).toEqual({ active: false });
  });

  it('is answered with a signature where the API wants one', async () => {
    const { jwt } = await granted();
    const secret = encodeURIComponent('orders-api-secret-of-thirty-two-characters');
    const response = await fetch(`${server.url}/oidc/introspection`, {
      method: 'POST',
      headers: {
        Accept: 'application/token-introspection+jwt',
        Authorization: `Basic ${Buffer.from(`orders-api:${secret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ token: jwt }),
    });
    const keys = createRemoteJWKSet(new URL(`${server.url}/oidc/jwks`));
    const { payload } = await jwtVerify(await response.text(), keys, { currentDate: server.clock.now() });
    expect(payload['token_introspection']).toMatchObject({ active: true, client_id: 'calendar' });
  });

  it('of a machine counts until it expires, or the machine revokes it', async () => {
    const issue = async () =>
      (await machineToken(server, 'warehouse', { resource: PAYROLL, scope: 'payroll:read' })).body[
        'access_token'
      ];
    const [first, second] = [await issue(), await issue()];
    const said = { active: true, aud: PAYROLL, client_id: 'warehouse', scope: 'payroll:read' };
    for (const client of ['payroll-api', 'warehouse'])
      expect(await introspect(server, client, first)).toMatchObject(said);
    expect(await introspect(server, 'orders-api', first)).toEqual({ active: false });
    // Twice, as a client may that heard no answer.
    for (const _try of [1, 2]) expect(await revoke('warehouse', first)).toEqual({ status: 200, body: {} });
    for (const client of ['payroll-api', 'warehouse'])
      expect(await introspect(server, client, first)).toEqual({ active: false });
    expect(await introspect(server, 'payroll-api', second)).toMatchObject(said);

    const [noted] = await server.app
      .get(Sql)
      .rows<{ expires_at: number | string }>("SELECT expires_at FROM oidc_record WHERE kind = 'RevokedJwt'");
    expect(Number(noted!.expires_at)).toBe(decodeJwt(first as string).exp);
    server.clock.advance(16 * 60_000);
    expect(await introspect(server, 'payroll-api', second)).toEqual({ active: false });
    expect((await revoke('warehouse', second)).status).toBe(200);
  });

  it('of a person is revoked like an opaque one, with what was issued beside it, and the consent stays', async () => {
    const { calendar, browser, tokens, jwt } = await granted(' offline_access', { prompt: 'consent' });
    expect((await calendar.call('/oidc/revocation', { token: jwt })).status).toBe(200);
    expect(await introspect(server, 'orders-api', jwt)).toEqual({ active: false });
    expect(await exchange(server, 'orders-api', jwt, { resource: PAYROLL })).toMatchObject({ status: 400 });
    expect(await calendar.refresh(tokens.refresh_token!)).toMatchObject({ error: 'invalid_grant' });
    await browser.open(calendar.authorizationUrl({ scope: 'openid orders:read', resource: ORDERS }));
    calendar.codeFrom(browser);
  });

  it('that was exchanged is revoked by who exchanged it, and alone', async () => {
    const { jwt } = await granted();
    const { body } = await exchange(server, 'orders-api', jwt, { resource: PAYROLL });
    const exchanged = body['access_token'];
    expect(await introspect(server, 'payroll-api', exchanged)).toMatchObject({
      active: true,
      act: { sub: 'orders-api' },
    });
    await revoke('orders-api', exchanged);
    expect(await introspect(server, 'payroll-api', exchanged)).toEqual({ active: false });
    expect(await introspect(server, 'orders-api', jwt)).toMatchObject({ active: true });
  });

  it.each<[string, (who: Awaited<ReturnType<typeof granted>>) => Promise<unknown>]>([
    [
      'the person signs out',
      async ({ browser }) => {
        await browser.open('/dashboard');
        await browser.press('sign-out');
      },
    ],
    ['every session is ended', ({ accountId }) => server.app.get(SessionEndings).everything(accountId)],
    [
      'the consent is taken back',
      ({ accountId }) => server.app.get(SessionEndings).ofClient(accountId, 'calendar'),
    ],
    ['the account is disabled', ({ accountId }) => server.app.get(Accounts).disable(accountId)],
    ['it has expired', () => Promise.resolve(server.clock.advance(301_000))],
  ])('counts no more when %s', async (_what, end) => {
    const who = await granted();
    const { body } = await exchange(server, 'orders-api', who.jwt, { resource: PAYROLL });
    expect(await introspect(server, 'orders-api', who.jwt)).toMatchObject({ active: true });
    await end(who);
    expect(await introspect(server, 'orders-api', who.jwt)).toEqual({ active: false });
    expect(await introspect(server, 'payroll-api', body['access_token'])).toEqual({ active: false });
  });
});
