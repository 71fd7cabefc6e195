import { describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { ClientKey, seconds } from '../support/client-key.js';
import { GuardedApplication } from '../support/guarded-application.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const key = new ClientKey();
const SECRET = 'shop-secret-of-thirty-two-chars!';
const CLIENTS = `clients:
  - client_id: shop
    redirect_uris: [http://localhost:9/shop/callback]
    token_endpoint_auth_method: private_key_jwt
    jwks: ${key.jwks}
  - client_id: till
    redirect_uris: [http://localhost:9/till/callback]
    token_endpoint_auth_method: client_secret_post
    client_secret: ${SECRET}
`;

/** RFC 9700 and RFC 7523: what proves who a client is must be of no use to whoever else has it, or gets it later. */
describe('a client assertion', () => {
  let server: TestServer;
  beaSignedIn(CLIENTS, (ready) => ({ server } = ready));

  const pushedWith = async (changed: JWTPayload) => {
    const app = new GuardedApplication(server, 'shop');
    const { status, body } = await app.push({
      ...app.params(),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await key.assertion('shop', server.url, changed),
    });
    return [status, body['error']];
  };
  const accepted = [201, undefined];
  const refused = [401, 'invalid_client'];
  const undated = { iat: undefined } as unknown as JWTPayload;

  it.each<[string, (issuer: string) => JWTPayload['aud']]>([
    ['the issuer', (issuer) => issuer],
    ['the token endpoint', (issuer) => `${issuer}/oidc/token`],
    ['the endpoint that is asked', (issuer) => `${issuer}/oidc/par`],
    ['several of these, as libraries do', (issuer) => [issuer, `${issuer}/oidc/token`]],
  ])('is taken for %s', async (_what, aud) => {
    expect(await pushedWith({ aud: aud(server.url)! })).toEqual(accepted);
  });

  it.each<[string, (issuer: string) => JWTPayload['aud']]>([
    ['another server too', (issuer) => [issuer, 'https://evil.example']],
    ['another server that begins with our name', (issuer) => [issuer, `${issuer}.evil.example/`]],
    ['another server alone', () => 'https://evil.example'],
    ['nobody', () => []],
  ])('is not taken for %s: it could come from there', async (_what, aud) => {
    expect(await pushedWith({ aud: aud(server.url)! })).toEqual(refused);
  });

  it('without a time of its own counts for minutes, not for years', async () => {
    expect(await pushedWith({ ...undated, exp: seconds() + 300 })).toEqual(accepted);
    expect(await pushedWith({ ...undated, exp: seconds() + 365 * 24 * 3600 })).toEqual(refused);
    expect(await pushedWith({ iat: seconds() + 30, exp: seconds() + 30 + 600 })).toEqual(accepted);
  });

  it('comes alone: two ways at once are none', async () => {
    const till = new GuardedApplication(server, 'till', { fields: { client_secret: SECRET } });
    const basic = { Authorization: `Basic ${Buffer.from(`till:${SECRET}`).toString('base64')}` };
    const assertion = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await key.assertion('shop', server.url),
    };
    expect((await till.push(undefined, basic)).status).toBe(400);
    expect((await till.push({ ...till.params(), ...assertion })).status).toBe(400);
  });
});
