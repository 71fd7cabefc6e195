import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { KeyCommands } from '../../src/admin/commands/key-commands.js';
import { KeyRotation } from '../../src/keys/key-rotation.service.js';
import { KeyTable } from '../../src/keys/key-table.js';
import { APIS, ask, exchange, introspect, machineToken, ORDERS, PAYROLL } from '../support/apis.js';
import { Application } from '../support/application.js';
import { Browser } from '../support/browser.js';
import { somebody } from '../support/enrolled.js';
import { TestServer } from '../support/server.js';

const inactive = { active: false };
/** Of the group that ES256's keys are in. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature that verifies as well: with -s instead of s. */
function otherSpelling(jwt: string): string {
  const [head, payload, signature] = jwt.split('.') as [string, string, string];
  const [r, s] = [0, 32].map((at) => Buffer.from(signature, 'base64url').subarray(at, at + 32));
  const minus = (ORDER - BigInt(`0x${s!.toString('hex')}`)).toString(16).padStart(64, '0');
  return `${head}.${payload}.${Buffer.concat([r!, Buffer.from(minus, 'hex')]).toString('base64url')}`;
}

describe('a JWT access token at introspection and revocation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: APIS });
  });
  afterAll(() => server.stop());

  const revoke = (client: string, token: unknown) =>
    ask(server, client, '/oidc/revocation', { token: token as string });
  const ofMachine = async (resource = PAYROLL) =>
    (await machineToken(server, 'warehouse', { resource })).body['access_token'] as string;
  const keyOf = async (jwt: string) => {
    const table = server.app.get(KeyTable);
    const { kid } = decodeProtectedHeader(jwt);
    return table.open((await table.all()).find((key) => key.kid === kid)!);
  };
  /** As somebody signs who has the key. */
  async function signed(jwt: string, changed: object, header: object = {}) {
    const key = await keyOf(jwt);
    return new SignJWT({ ...decodeJwt(jwt), ...changed })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
      .sign(createPrivateKey({ key, format: 'jwk' }));
  }
  async function ofPerson() {
    const person = somebody();
    await server.addPerson(person);
    const calendar = new Application(server, 'calendar');
    const browser = new Browser(server);
    await browser.open(calendar.authorizationUrl({ scope: 'openid orders:read', resource: ORDERS }));
    await browser.enterPassword(person);
    await browser.press('submit');
    return { calendar, tokens: await calendar.redeem(calendar.codeFrom(browser)) };
  }

  it('that was revoked is none in another spelling of its signature either', async () => {
    const jwt = await ofMachine();
    const other = otherSpelling(jwt);
    expect(await introspect(server, 'payroll-api', other)).toMatchObject({ active: true });
    await revoke('warehouse', jwt);
    for (const spelling of [jwt, other, `${jwt}=`])
      expect(await introspect(server, 'payroll-api', spelling)).toEqual(inactive);
  });

  it('is looked at by its API and its client alone, and revoked by its client alone', async () => {
    const jwt = await ofMachine();
    for (const client of ['orders-api', 'stock-api', 'meter', 'idle'])
      expect(await introspect(server, client, jwt)).toEqual(inactive);
    for (const client of ['payroll-api', 'meter'])
      expect(await revoke(client, jwt)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    // A public client does not even learn that there is such a token.
    const calendar = new Application(server, 'calendar');
    expect((await calendar.call('/oidc/introspection', { token: jwt })).body).toEqual(inactive);
    expect((await calendar.call('/oidc/revocation', { token: jwt })).status).toBe(200);
    expect(await introspect(server, 'payroll-api', jwt)).toMatchObject({ active: true });
  });

  it('is none without our signature, from another server, of another type, or for ever', async () => {
    const jwt = await ofMachine();
    const [head, payload, signature] = jwt.split('.') as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { tokens } = await ofPerson();
    expect(await introspect(server, 'payroll-api', await signed(jwt, {}))).toMatchObject({ active: true });
    for (const forged of [
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${head}.${encode({ ...decodeJwt(jwt), scope: 'payroll:read' })}.${signature}`,
      await signed(jwt, { iss: 'https://elsewhere.example' }),
      await signed(jwt, { exp: 1 }),
      await signed(jwt, { exp: undefined }),
      await signed(jwt, {}, { typ: 'JWT' }),
      tokens.id_token,
      // What the library is shown in its place.
      'structured',
      'a.b.c.d.e',
      '.',
    ]) {
      for (const client of ['payroll-api', 'warehouse'])
        expect(await introspect(server, client, forged)).toEqual(inactive);
      expect(await revoke('warehouse', forged)).toEqual({ status: 200, body: {} });
    }
    expect(await introspect(server, 'payroll-api', jwt)).toMatchObject({ active: true });
  });

  it('of a person is none that we did not issue, though our key signed it', async () => {
    const { tokens } = await ofPerson();
    const forged = await signed(tokens.access_token!, { scope: 'orders:read orders:write' });
    expect(await introspect(server, 'orders-api', forged)).toEqual(inactive);
  });

  it('opens nothing else', async () => {
    const { calendar, tokens } = await ofPerson();
    for (const token of [tokens.access_token!, 'structured'])
      expect((await calendar.userinfo(token)).status).toBe(401);
  });

  it('counts nowhere once its key is revoked', async () => {
    const { calendar, tokens } = await ofPerson();
    const jwt = tokens.access_token!;
    const machine = await ofMachine(ORDERS);
    expect(await introspect(server, 'orders-api', jwt)).toMatchObject({ active: true });
    const idTokenHint = tokens.id_token!;
    const { kid } = decodeProtectedHeader(jwt);
    for (const each of [machine, idTokenHint]) expect(decodeProtectedHeader(each).kid).toBe(kid);

    await server.app.get(KeyCommands).run('revoke-key', [kid!]);
    await server.app.get(KeyRotation).turn();
    for (const token of [jwt, machine])
      expect(await introspect(server, 'orders-api', token)).toEqual(inactive);
    expect((await calendar.userinfo(jwt)).status).toBe(401);
    expect(await exchange(server, 'orders-api', jwt, { resource: PAYROLL })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    expect(await revoke('warehouse', machine)).toEqual({ status: 200, body: {} });
    const query = new URLSearchParams({ id_token_hint: idTokenHint }).toString();
    expect((await fetch(`${server.url}/oidc/session/end?${query}`)).status).toBe(400);
    const browser = new Browser(server);
    await browser.open(calendar.authorizationUrl({ id_token_hint: idTokenHint, prompt: 'none' }));
    expect(browser.sentTo!.searchParams.get('error')).toBe('invalid_request');
  });
});
