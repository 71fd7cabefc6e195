import { describe, expect, it } from '@jest/globals';
import { webcrypto } from 'node:crypto';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import type { Browser } from '../support/browser.js';
import {
  apiKey,
  bankKey,
  bound,
  by,
  CERTIFIED,
  KEY_EXCHANGE,
  LEDGER,
  provenBy,
  thumbprintOf,
} from '../support/key-exchange.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** An API of a FAPI 2.0 profile that calls on for a person, as its authors' own library does it. */
describe('token exchange with openid-client', () => {
  let server: TestServer;
  let browser: Browser;
  beaSignedIn(KEY_EXCHANGE, (ready) => ({ server, browser } = ready), CERTIFIED);

  const discover = (id: string, authentication: oidc.ClientAuth) =>
    oidc.discovery(new URL(server.url), id, { use_mtls_endpoint_aliases: false }, authentication, {
      execute: [oidc.allowInsecureRequests],
    });
  const asking = (token: string) => ({
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    audience: LEDGER,
  });

  it('binds what it gets to a key of its own (DPoP)', async () => {
    const pkcs8 = apiKey.privateKey.export({ format: 'der', type: 'pkcs8' });
    const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' };
    const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, ecdsa, false, ['sign']);
    const configuration = await discover('accounts-api', oidc.PrivateKeyJwt({ key, kid: 'key-ES256' }));
    const DPoP = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair());
    const token = await bound(server, browser, 'bank', () => provenBy(server, bankKey));
    const got = await oidc.genericGrantRequest(configuration, GRANT, asking(token), { DPoP });
    expect(got.token_type).toBe('dpop');
    expect(decodeJwt(got.access_token)).toMatchObject({
      aud: LEDGER,
      act: { sub: 'accounts-api' },
      cnf: { jkt: await DPoP.calculateThumbprint() },
    });
  });

  it('binds what it gets to its certificate (mutual TLS)', async () => {
    const configuration = await discover('vault-api', oidc.TlsClientAuth());
    configuration[oidc.customFetch] = (url, { headers, ...options }) =>
      fetch(url, { ...options, headers: { ...headers, ...by('self2') } });
    const token = await bound(server, browser, 'lone', () => by('self'));
    const got = await oidc.genericGrantRequest(configuration, GRANT, asking(token));
    expect(decodeJwt(got.access_token)).toMatchObject({
      act: { sub: 'vault-api' },
      cnf: { 'x5t#S256': thumbprintOf('self2') },
    });
  });
});
