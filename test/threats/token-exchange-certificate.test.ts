import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Browser } from '../support/browser.js';
import type { Holder } from '../support/certificates.js';
import {
  bankKey,
  bound,
  by,
  CERTIFIED,
  exchangeBy,
  KEY_EXCHANGE,
  provenBy,
  thumbprintOf,
} from '../support/key-exchange.js';
import type { TestServer } from '../support/server.js';
import { beaSignedIn } from '../support/signed-in.js';

const BOUND = 'tls_client_certificate_bound_access_tokens: true';
const withCertificates = (clients: string, ...ids: string[]) =>
  ids.reduce(
    (text, id) => text.replace(`client_name: ${id}\n`, `client_name: ${id}\n    ${BOUND}\n`),
    clients,
  );

const refused = (status: number, error: string, words?: RegExp) => ({
  status,
  body: { error, ...(words ? { error_description: expect.stringMatching(words) as unknown } : {}) },
});
const NOT_PROVIDED = refused(400, 'invalid_grant', /^mutual TLS client certificate not provided$/);
const boundTo = (token: unknown) => decodeJwt(token as string)['cnf'];

/** RFC 8705, section 3: whoever steals such a token, or is handed it, has not got the certificate's key. */
describe('a token that is bound to a certificate, in an exchange', () => {
  let server: TestServer;
  let browser: Browser;
  beaSignedIn(
    // The banks' tokens and the API's are bound to certificates; one of each proves who it is by a signature all the same.
    withCertificates(KEY_EXCHANGE, 'bank', 'accounts-api'),
    (ready) => {
      ({ server, browser } = ready);
    },
    CERTIFIED,
  );

  const of = (id: 'bank' | 'lone', holder: Holder) => bound(server, browser, id, () => by(holder));

  it.each([
    ['lone', 'vault-api'],
    ['bank', 'accounts-api'],
  ] as const)('of %s becomes one of %s’s own certificate', async (id, api) => {
    const { status, body } = await exchangeBy(server, api, await of(id, 'self'), by('self2'));
    expect([status, body['token_type']]).toEqual([200, 'Bearer']);
    expect(boundTo(body['access_token'])).toEqual({ 'x5t#S256': thumbprintOf('self2') });
  });

  it('is nothing to who authenticates with a certificate, and has another one or none', async () => {
    const token = await of('lone', 'self');
    for (const headers of [{}, by('self'), by('shop')])
      expect(await exchangeBy(server, 'vault-api', token, headers)).toMatchObject(
        refused(401, 'invalid_client'),
      );
  });

  it('leads to none that is bound to nothing', async () => {
    expect(await exchangeBy(server, 'accounts-api', await of('bank', 'self'), {})).toMatchObject(
      NOT_PROVIDED,
    );
  });

  it('is exchanged by whom it was issued to with that certificate, and no other', async () => {
    const token = await of('bank', 'self');
    expect(await exchangeBy(server, 'bank', token, by('self2'))).toMatchObject(
      refused(400, 'invalid_request', /bound to a key that was not shown/),
    );
    expect(await exchangeBy(server, 'bank', token, {})).toMatchObject(NOT_PROVIDED);
    // A proof of another kind does not stand in for it.
    expect(await exchangeBy(server, 'bank', token, await provenBy(server, bankKey))).toMatchObject(
      NOT_PROVIDED,
    );
    const { status, body } = await exchangeBy(server, 'bank', token, by('self'));
    expect([status, boundTo(body['access_token'])]).toEqual([200, { 'x5t#S256': thumbprintOf('self') }]);
  });

  it('goes no further where an API has nothing but a secret', async () => {
    const { body } = await exchangeBy(server, 'vault-api', await of('lone', 'self'), by('self2'));
    for (const headers of [{}, by('self2'), await provenBy(server, bankKey)])
      expect(await exchangeBy(server, 'till', body['access_token'], headers)).toMatchObject(
        refused(400, 'invalid_request', /subject_token is bound to a key/),
      );
  });
});

describe('a certificate in a header that the proxy has not set, in an exchange', () => {
  let server: TestServer;
  let browser: Browser;
  beaSignedIn(
    withCertificates(KEY_EXCHANGE, 'accounts-api'),
    (ready) => {
      ({ server, browser } = ready);
    },
    { ...CERTIFIED, GATEHOUSE_CLIENT_CERTIFICATE_FROM: '192.0.2.1 2001:db8::/32' },
  );

  it('binds nothing, and proves nothing', async () => {
    const token = await bound(server, browser, 'bank', () => provenBy(server, bankKey));
    for (const headers of [by('self2'), { ...by('self2'), 'X-Forwarded-For': '192.0.2.1' }]) {
      expect(await exchangeBy(server, 'accounts-api', token, headers)).toMatchObject(NOT_PROVIDED);
      expect(await exchangeBy(server, 'vault-api', token, headers)).toMatchObject(
        refused(401, 'invalid_client'),
      );
    }
  });
});
