import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LogoutNotices } from '../../src/oidc/sessions/logout-notices.service.js';
import { SessionEndings } from '../../src/oidc/sessions/session-endings.service.js';
import {
  ACCESS_TOKEN,
  APIS,
  exchange,
  granted,
  introspect,
  ORDERS,
  PAYROLL,
  STOCK,
  verify,
} from '../support/apis.js';
import { ClientKey } from '../support/client-key.js';
import { TestServer } from '../support/server.js';

const SECOND = 1_000;
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

describe('token exchange', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: APIS });
  });
  afterAll(() => server.stop());

  it('an API calls on for the person, with a token that says who acts', async () => {
    const { accountId, token } = await granted(server, ORDERS);
    const { status, body } = await exchange(server, 'orders-api', token, { audience: PAYROLL });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      // What both APIs have; not orders:write, which payroll does not know.
      scope: 'orders:read',
    });
    expect(body).not.toHaveProperty('refresh_token');
    const { payload, protectedHeader } = await verify(server, body['access_token'], PAYROLL);
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      sub: accountId,
      client_id: 'orders-api',
      act: { sub: 'orders-api' },
      scope: 'orders:read',
      acr: 'urn:gatehouse:acr:1fa',
      auth_time: expect.any(Number) as unknown,
    });
  });

  it('goes on from there, and the chain is told', async () => {
    const { token } = await granted(server, STOCK);
    // Opaque to a JWT, and on.
    const first = await exchange(server, 'stock-api', token, { requested_token_type: JWT });
    expect(first.body).toMatchObject({ issued_token_type: JWT, scope: 'orders:read' });
    await verify(server, first.body['access_token'], ORDERS);
    const second = await exchange(server, 'orders-api', first.body['access_token'], {
      subject_token_type: JWT,
      resource: PAYROLL,
    });
    const { payload } = await verify(server, second.body['access_token'], PAYROLL);
    expect(payload['act']).toEqual({ sub: 'orders-api', act: { sub: 'stock-api' } });
  });

  it('a JWT becomes an opaque token, which its API introspects', async () => {
    const { accountId, token } = await granted(server, ORDERS);
    const { body } = await exchange(server, 'orders-api', token, { resource: STOCK, scope: 'orders:read' });
    expect(await introspect(server, 'stock-api', body['access_token'])).toMatchObject({
      active: true,
      sub: accountId,
      aud: STOCK,
      client_id: 'orders-api',
      scope: 'orders:read',
      act: { sub: 'orders-api' },
    });
  });

  it('never lives longer than what it came from', async () => {
    const { token } = await granted(server, ORDERS);
    server.clock.advance(200 * SECOND);
    const { body } = await exchange(server, 'orders-api', token, { resource: STOCK });
    expect(body['expires_in']).toBeLessThanOrEqual(100);
    server.clock.advance(101 * SECOND);
    expect(await introspect(server, 'stock-api', body['access_token'])).toEqual({ active: false });
  });

  it.each([
    ['signs out', (accountId: string) => server.app.get(SessionEndings).everything(accountId)],
    [
      'takes the consent back',
      (accountId: string) => server.app.get(SessionEndings).ofClient(accountId, 'calendar'),
    ],
  ])('ends when the person %s, and the receipt says until when a JWT is good', async (_what, end) => {
    const { accountId, token } = await granted(server, ORDERS);
    const opaque = await exchange(server, 'orders-api', token, { resource: STOCK });
    await exchange(server, 'orders-api', token, { resource: PAYROLL });
    const receiptId = await end(accountId);
    expect(await introspect(server, 'stock-api', opaque.body['access_token'])).toEqual({ active: false });
    const again = await exchange(server, 'stock-api', opaque.body['access_token']);
    expect(again.body).toMatchObject({ error: 'invalid_request' });
    const lines = await server.app.get(LogoutNotices).receipt(accountId, receiptId!);
    expect(lines.map(({ client }) => client.id)).toEqual(['calendar']);
    expect(lines[0]!.tokenUntil! - server.clock.now().getTime()).toBeGreaterThan(200 * SECOND);
  });
});

/** The API has a key of its own, and what it gets is worth nothing to whoever takes it away. */
describe('token exchange with a proof of possession (RFC 9449)', () => {
  let server: TestServer;
  const key = new ClientKey();
  const bound = (id: string) => `client_id: ${id}\n    dpop_bound_access_tokens: true\n    client_secret:`;
  beforeAll(async () => {
    server = await TestServer.start({
      clients: APIS.replace('client_id: stock-api\n    client_secret:', bound('stock-api')),
    });
  });
  afterAll(() => server.stop());

  const proof = async () => ({ DPoP: await key.proof('POST', `${server.url}/oidc/token`) });

  it('binds the new token to its key, and takes a proof once', async () => {
    const { token } = await granted(server, ORDERS);
    const headers = await proof();
    const { body } = await exchange(server, 'orders-api', token, { audience: PAYROLL }, headers);
    expect(body).toMatchObject({ token_type: 'DPoP' });
    const { payload } = await verify(server, body['access_token'], PAYROLL);
    expect(payload['cnf']).toEqual({ jkt: await key.thumbprint() });
    const again = await exchange(server, 'orders-api', token, { audience: PAYROLL }, headers);
    expect(again.status).toBe(400);
    expect(again.body).not.toHaveProperty('access_token');
    // Whoever has it cannot go on with it.
    const further = await exchange(server, 'payroll-api', body['access_token']);
    expect(further.body).toMatchObject({ error: 'invalid_request' });
  });

  it('is the only way for a client whose tokens are bound', async () => {
    const { token } = await granted(server, STOCK);
    const without = await exchange(server, 'stock-api', token);
    expect(without.body).toMatchObject({
      error: 'invalid_grant',
      error_description: 'DPoP proof JWT not provided',
    });
    const { status, body } = await exchange(server, 'stock-api', token, {}, await proof());
    expect([status, body['token_type']]).toEqual([200, 'DPoP']);
  });
});
