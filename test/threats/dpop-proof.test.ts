import { describe, expect, it } from '@jest/globals';
import { RecordStore } from '../../src/oidc/records/record.store.js';
import type { Browser } from '../support/browser.js';
import { ClientKey, seconds } from '../support/client-key.js';
import { GuardedApplication, type Answer } from '../support/guarded-application.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const client = (id: string, fields: string) => `
  - client_id: ${id}
    client_name: ${id}
    redirect_uris: [http://localhost:9/${id}/callback]
    dpop_bound_access_tokens: true
    first_party: true
    ${fields}`;
const SECRET = 'shop-secret-of-thirty-two-chars!';
const CLIENTS = `clients:${[
  client('shop', `client_secret: ${SECRET}\n    token_endpoint_auth_method: client_secret_post`),
  client('spa', 'token_endpoint_auth_method: none'),
].join('')}`;

/** RFC 9449: a token that was stolen is worth nothing without its key, and a proof that was stolen works nowhere else. */
describe('a token bound by DPoP', () => {
  let server: TestServer;
  let browser: Browser;
  const key = new ClientKey();
  const thief = new ClientKey('EdDSA');

  beaSignedIn(CLIENTS, (ready) => ({ server, browser } = ready));

  const tokenUrl = () => `${server.url}/oidc/token`;
  const userinfoUrl = () => `${server.url}/oidc/userinfo`;
  const application = (id: 'shop' | 'spa') =>
    new GuardedApplication(server, id, { fields: id === 'shop' ? { client_secret: SECRET } : {} });
  const codeOf = async (app: GuardedApplication, extra: Record<string, string> = {}) => {
    await browser.open(
      app.url(app.params({ scope: 'openid profile offline_access', prompt: 'consent', ...extra })),
    );
    return app.codeFrom(browser);
  };
  /** As a client does it: a nonce that is asked for is sent. */
  const proven = async (send: (proof: string) => Promise<Answer>, by = key): Promise<Answer> => {
    const first = await send(await by.proof('POST', tokenUrl()));
    if (first.body['error'] !== 'use_dpop_nonce') return first;
    return send(await by.proof('POST', tokenUrl(), { nonce: first.headers.get('dpop-nonce')! }));
  };
  const tokensOf = async (app: GuardedApplication) => {
    const code = await codeOf(app);
    const answer = await proven((DPoP) => app.redeem(code, { DPoP }));
    expect([answer.status, answer.body['token_type']]).toEqual([200, 'DPoP']);
    return answer.body as { access_token: string; refresh_token: string };
  };

  it.each(['shop', 'spa'] as const)('is of use with its key alone (%s)', async (id) => {
    const app = application(id);
    const { access_token: token } = await tokensOf(app);
    const use = async (by: ClientKey, changed = {}, method = 'GET', url = userinfoUrl()) =>
      app.userinfo(`DPoP ${token}`, { DPoP: await by.proof(method, url, { token, ...changed }) });
    expect((await use(key)).status).toBe(200);

    expect((await app.userinfo(`Bearer ${token}`)).status).not.toBe(200);
    expect((await app.userinfo(`DPoP ${token}`)).status).not.toBe(200);
    for (const [what, answer] of [
      ['another key', await use(thief)],
      ['another token', await use(key, { token: 'another' })],
      ['no token', await use(key, { ath: undefined })],
      ['another method', await use(key, {}, 'POST')],
      ['another address', await use(key, {}, 'GET', tokenUrl())],
      ['another server', await use(key, {}, 'GET', 'https://evil.example/oidc/userinfo')],
      ['an old proof', await use(key, { iat: seconds() - 301 })],
      ['a proof of the future', await use(key, { iat: seconds() + 301 })],
      ['a proof without a name', await use(key, { jti: undefined })],
      ['a made-up nonce', await use(key, { nonce: 'made-up' })],
    ] as const)
      expect([what, [400, 401].includes(answer.status)]).toEqual([what, true]);
  });

  it('is not given without a proof, nor for one that is signed in a way of its own', async () => {
    const app = application('shop');
    const code = await codeOf(app);
    const rsa = new ClientKey('RS256');
    for (const DPoP of [
      undefined,
      'hello',
      await rsa.proof('POST', tokenUrl()),
      await key.proof('POST', tokenUrl(), {}, { jwk: thief.publicJwk }),
      await key.proof('POST', tokenUrl(), {}, { typ: 'jwt' }),
      await key.proof(
        'POST',
        tokenUrl(),
        {},
        { jwk: { ...key.publicJwk, ...key.privateKey.export({ format: 'jwk' }) } },
      ),
      `${await key.proof('POST', tokenUrl())}, ${await key.proof('POST', tokenUrl())}`,
    ]) {
      const { status } = await app.redeem(code, DPoP ? { DPoP } : {});
      expect([DPoP, status]).toEqual([DPoP, 400]);
    }
    // None of this has spent the code.
    expect((await app.redeem(code, { DPoP: await key.proof('POST', tokenUrl()) })).status).toBe(200);
  });

  it('is not given twice for one proof, in whatever order', async () => {
    const app = application('shop');
    const codes = [await codeOf(app), await codeOf(app), await codeOf(app)];
    const DPoP = await key.proof('POST', tokenUrl());
    expect((await app.redeem(codes[0]!, { DPoP })).status).toBe(200);
    const again = await app.redeem(codes[1]!, { DPoP });
    expect([again.status, again.body['access_token']]).toEqual([400, undefined]);

    const { access_token: token } = await tokensOf(app);
    const proof = await key.proof('GET', userinfoUrl(), { token });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.userinfo(`DPoP ${token}`, { DPoP: proof })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 400, 401]).toContain(status);
  });

  it('is not given again for a proof that a fast clock had dated ahead', async () => {
    const app = application('shop');
    const { access_token: token } = await tokensOf(app);
    const DPoP = await key.proof('GET', userinfoUrl(), { token, iat: seconds() + 290 });
    expect((await app.userinfo(`DPoP ${token}`, { DPoP })).status).toBe(200);
    // Still recent enough by its own date, when the library would have forgotten it.
    server.clock.advance(400_000);
    await server.app.get(RecordStore).removeExpired(1000);
    expect((await app.userinfo(`DPoP ${token}`, { DPoP })).status).not.toBe(200);
  });

  it('is refreshed by its own key alone, where the client has nothing else to prove itself with', async () => {
    const app = application('spa');
    const { refresh_token: token } = await tokensOf(app);
    expect((await app.refresh(token)).status).toBe(400);
    const stolen = await proven((DPoP) => app.refresh(token, { DPoP }), thief);
    expect([stolen.status, stolen.body['error']]).toEqual([400, 'invalid_grant']);
    const answer = await proven((DPoP) => app.refresh(token, { DPoP }));
    expect([answer.status, answer.body['token_type']]).toEqual([200, 'DPoP']);
  });

  it('asks a public client for a nonce, and believes none that is old', async () => {
    const app = application('spa');
    const code = await codeOf(app);
    const first = await app.redeem(code, { DPoP: await key.proof('POST', tokenUrl()) });
    expect([first.status, first.body['error']]).toEqual([400, 'use_dpop_nonce']);
    const nonce = first.headers.get('dpop-nonce')!;
    server.clock.advance(10 * 60_000);
    const late = await app.redeem(await codeOf(app), {
      DPoP: await key.proof('POST', tokenUrl(), { nonce }),
    });
    expect([late.status, late.body['error']]).toEqual([400, 'use_dpop_nonce']);
  });

  it('belongs to the key that the request named', async () => {
    const app = application('shop');
    const requestUri = await app.pushed(app.params(), {
      DPoP: await key.proof('POST', `${server.url}/oidc/par`),
    });
    await browser.open(app.urlOf(requestUri));
    const code = app.codeFrom(browser);
    const { status } = await app.redeem(code, { DPoP: await thief.proof('POST', tokenUrl()) });
    expect(status).toBe(400);
  });

  it('is shown as bound to who asks about it', async () => {
    const app = application('shop');
    const { access_token: token } = await tokensOf(app);
    const { body } = await app.post('/oidc/introspection', { token });
    expect(body).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: expect.any(String) as unknown },
    });
  });
});
