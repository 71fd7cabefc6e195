import { describe, expect, it } from '@jest/globals';
import { Sql } from '../../src/database/sql.js';
import { verify } from '../support/apis.js';
import type { Browser } from '../support/browser.js';
import { ClientKey } from '../support/client-key.js';
import {
  apiKey,
  bankKey,
  bound,
  CERTIFIED,
  exchangeBy,
  KEY_EXCHANGE,
  LEDGER,
  provenBy,
} from '../support/key-exchange.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

/** FAPI 2.0 Security Profile, section 5.3.2.1: who exchanges proves itself with a key, and gets tokens that are bound to one. */
describe('token exchange of clients with a FAPI profile', () => {
  let server: TestServer;
  let browser: Browser;
  beaSignedIn(
    KEY_EXCHANGE,
    (ready) => {
      ({ server, browser } = ready);
    },
    CERTIFIED,
  );

  const ofTheBank = () => bound(server, browser, 'bank', () => provenBy(server, bankKey));
  const refused = (status: number, error: string, words: RegExp) => ({
    status,
    body: { error, error_description: expect.stringMatching(words) as unknown },
  });

  it('an API goes on for the person whose application has shown it a bound token, with one that is its own', async () => {
    const token = await ofTheBank();
    const { status, body } = await exchangeBy(server, 'accounts-api', token, await provenBy(server, apiKey));
    expect([status, body['token_type']]).toEqual([200, 'DPoP']);
    const { payload, protectedHeader } = await verify(server, body['access_token'], LEDGER);
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      client_id: 'accounts-api',
      act: { sub: 'accounts-api' },
      scope: 'accounts:read',
      cnf: { jkt: await apiKey.thumbprint() },
    });
  });

  it('gets no token that is bound to nothing', async () => {
    expect(await exchangeBy(server, 'accounts-api', await ofTheBank(), {})).toMatchObject(
      refused(400, 'invalid_grant', /DPoP proof JWT not provided/),
    );
  });

  it('is none without the key that the client is known by', async () => {
    const token = await ofTheBank();
    const stranger = new ClientKey();
    const assertion = (changed = {}, by = apiKey) => by.assertion('accounts-api', server.url, changed);
    for (const client_assertion of [
      await assertion({}, stranger),
      await assertion({ aud: `${server.url}/oidc/token` }),
    ]) {
      const proof = await provenBy(server, apiKey);
      const answer = await exchangeBy(server, 'accounts-api', token, proof, { client_assertion });
      expect(answer.body).toMatchObject({ error: 'invalid_client' });
    }
  });

  it('an application exchanges what is its own with the key that it is bound to, and no other', async () => {
    const token = await ofTheBank();
    const other = await exchangeBy(server, 'bank', token, await provenBy(server, new ClientKey()));
    expect(other).toMatchObject(refused(400, 'invalid_request', /bound to a key that was not shown/));
    const { status, body } = await exchangeBy(server, 'bank', token, await provenBy(server, bankKey));
    expect(status).toBe(200);
    const { payload } = await verify(server, body['access_token'], LEDGER);
    expect(payload['cnf']).toEqual({ jkt: await bankKey.thumbprint() });
  });

  it('goes no further where an API has nothing but a secret, with a proof neither', async () => {
    const { body } = await exchangeBy(
      server,
      'accounts-api',
      await ofTheBank(),
      await provenBy(server, apiKey),
    );
    for (const headers of [{}, await provenBy(server, new ClientKey())])
      expect(await exchangeBy(server, 'till', body['access_token'], headers)).toMatchObject(
        refused(400, 'invalid_request', /subject_token is bound to a key/),
      );
  });

  it('takes a proof once', async () => {
    const token = await ofTheBank();
    const proof = await provenBy(server, apiKey);
    expect((await exchangeBy(server, 'accounts-api', token, proof)).status).toBe(200);
    expect(await exchangeBy(server, 'accounts-api', token, proof)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('leads to no token that is signed with RS256, also where a clients file of before has let it', async () => {
    const token = await ofTheBank();
    await server.app
      .get(Sql)
      .run(
        'UPDATE declaration SET body = ? WHERE name = ?',
        JSON.stringify({ scopes: ['accounts:read'] }),
        LEDGER,
      );
    const words = /profile fapi2-message-signing: access tokens for this API are signed with RS256/;
    const proof = await provenBy(server, apiKey);
    expect(await exchangeBy(server, 'accounts-api', token, proof)).toMatchObject(
      refused(400, 'invalid_target', words),
    );
  });
});
