import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionEndings } from '../../src/oidc/sessions/session-endings.service.js';
import { Accounts } from '../../src/users/accounts.service.js';
import {
  APIS,
  exchange,
  granted,
  introspect,
  machineToken,
  ORDERS,
  PAYROLL,
  STOCK,
} from '../support/apis.js';
import { TestServer } from '../support/server.js';

const SECOND = 1_000;
const HOUR = 3_600_000;
const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

describe('somebody who exchanges a token that they should not', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: APIS });
  });
  afterAll(() => server.stop());

  const refused = async (
    error: string,
    client: string,
    token: unknown,
    changed: Record<string, string> = {},
  ) => {
    const { status, body } = await exchange(server, client, token, changed);
    expect({ status, error: body['error'] }).toEqual({ status: 400, error });
    expect(body).not.toHaveProperty('access_token');
  };

  it('because it was made for another API, or another application', async () => {
    const { token, calendar } = await granted(server, ORDERS);
    await refused('invalid_request', 'stock-api', token);
    // One for userinfo is the application's own.
    const notes = await granted(server, ORDERS, { scope: 'openid email' });
    const browserless = notes.tokens.access_token;
    await refused('invalid_request', 'stock-api', browserless);
    // A client without the grant, a machine, and a public one.
    await refused('invalid_request', 'warehouse', token);
    const params = { subject_token: token, subject_token_type: type('access_token') };
    const byItself = await calendar.token({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      ...params,
    });
    expect(byItself).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('for an API that is not among its audiences', async () => {
    const { token } = await granted(server, ORDERS);
    await refused('invalid_target', 'orders-api', token, { audience: ORDERS });
    await refused('invalid_target', 'orders-api', token, { resource: 'https://evil.example/' });
    // It may have two: it has to say which, and only one.
    await refused('invalid_target', 'orders-api', token);
    await refused('invalid_target', 'orders-api', token, { audience: STOCK, resource: PAYROLL });
  });

  it('to get more than the person allowed', async () => {
    const { token } = await granted(server, ORDERS, { scope: 'openid orders:read' });
    for (const scope of ['orders:read stock:read', 'orders:write', 'openid', 'offline_access'])
      await refused('invalid_scope', 'orders-api', token, { audience: STOCK, scope });
    // Nothing is carried over where the APIs have nothing in common.
    const { token: write } = await granted(server, ORDERS, { scope: 'openid orders:write' });
    await refused('invalid_scope', 'orders-api', write, { audience: STOCK });
  });

  it('that is no access token of a person', async () => {
    const { tokens, token } = await granted(server, ORDERS, { scope: 'openid orders:read offline_access' });
    await refused('invalid_request', 'orders-api', tokens.id_token, { subject_token_type: type('id_token') });
    await refused('invalid_request', 'orders-api', tokens.id_token);
    await refused('invalid_request', 'orders-api', tokens.refresh_token, {
      subject_token_type: type('refresh_token'),
    });
    await refused('invalid_request', 'orders-api', tokens.refresh_token);
    for (const resource of [ORDERS, STOCK]) {
      const machine = await machineToken(server, 'warehouse', { resource, scope: 'orders:read' });
      const api = resource === ORDERS ? 'orders-api' : 'stock-api';
      await refused('invalid_request', api, machine.body['access_token'], {
        audience: resource === ORDERS ? STOCK : ORDERS,
      });
    }
    await refused('invalid_request', 'orders-api', '', { audience: STOCK });
    await refused('invalid_request', 'orders-api', token, { subject_token_type: '', audience: STOCK });
    await refused('invalid_request', 'orders-api', token, {
      audience: STOCK,
      requested_token_type: type('refresh_token'),
    });
    await refused('invalid_request', 'orders-api', token, {
      audience: STOCK,
      actor_token: token,
      actor_token_type: type('access_token'),
    });
  });

  it('that was changed, or signed by somebody else', async () => {
    const { token } = await granted(server, ORDERS, { scope: 'openid orders:read' });
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const wider = encode({ ...claims, scope: 'orders:read stock:read' });
    for (const forged of [
      `${header}.${wider}.${signature}`,
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${wider}.`,
      `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${token}=`,
      (claims as { jti: string }).jti,
    ])
      await refused('invalid_request', 'orders-api', forged, { audience: STOCK });
    expect((await exchange(server, 'orders-api', token, { audience: STOCK })).status).toBe(200);
  });

  it('that has expired, with the session or by itself', async () => {
    const { token } = await granted(server, ORDERS);
    server.clock.advance(301 * SECOND);
    await refused('invalid_request', 'orders-api', token, { audience: STOCK });
    const { token: opaque, accountId } = await granted(server, STOCK);
    const first = await exchange(server, 'stock-api', opaque);
    expect(first.status).toBe(200);
    await server.app.get(SessionEndings).everything(accountId);
    await refused('invalid_request', 'stock-api', opaque);
    await refused('invalid_request', 'orders-api', first.body['access_token'], { audience: STOCK });
  });

  it('of somebody who was disabled', async () => {
    const { token, accountId } = await granted(server, STOCK);
    await server.app.get(Accounts).disable(accountId);
    await refused('invalid_request', 'stock-api', token);
  });

  it('that was revoked', async () => {
    const { token, calendar } = await granted(server, STOCK);
    await calendar.call('/oidc/revocation', { token });
    await refused('invalid_request', 'stock-api', token);
  });

  it('round and round', async () => {
    const { token } = await granted(server, STOCK);
    const first = await exchange(server, 'stock-api', token);
    const second = await exchange(server, 'orders-api', first.body['access_token'], { audience: PAYROLL });
    const third = await exchange(server, 'payroll-api', second.body['access_token']);
    expect(third.status).toBe(200);
    await refused('invalid_request', 'orders-api', third.body['access_token'], { audience: STOCK });
  });

  it('while its session is being ended', async () => {
    const { token, accountId } = await granted(server, STOCK, { scope: 'openid stock:read orders:read' });
    const exchanges = Array.from({ length: 12 }, () => exchange(server, 'stock-api', token));
    const [, ...answers] = await Promise.all([
      server.app.get(SessionEndings).everything(accountId),
      ...exchanges,
    ]);
    expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
    for (const { body } of answers.filter(({ status }) => status === 200))
      await refused('invalid_request', 'orders-api', body['access_token'], { audience: STOCK });
  });

  it('after it, with one that came of it: that ends with the session, too', async () => {
    const { token } = await granted(server, ORDERS);
    const { body } = await exchange(server, 'orders-api', token, { audience: STOCK });
    expect(await introspect(server, 'stock-api', body['access_token'])).toMatchObject({ active: true });
    expect(await introspect(server, 'payroll-api', body['access_token'])).toEqual({ active: false });
    server.clock.advance(HOUR);
    expect(await introspect(server, 'stock-api', body['access_token'])).toEqual({ active: false });
  });
});
