import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClientsFile } from '../../src/clients/clients-file.js';
import { Browser } from '../support/browser.js';
import { certificateOf, derOf, escapedPemOf, pemOf, type Holder } from '../support/certificates.js';
import { GuardedApplication } from '../support/guarded-application.js';
import { bea } from '../support/people.js';
import { TestServer } from '../support/server.js';

const HEADER = 'X-Client-Cert';
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ca-'));
const authority = join(folder, 'ca.pem');
writeFileSync(authority, pemOf('ca'));
afterAll(() => rmSync(folder, { recursive: true }));

const TRUSTING = {
  GATEHOUSE_CLIENT_CERTIFICATE_HEADER: HEADER,
  GATEHOUSE_CLIENT_CERTIFICATE_FROM: '127.0.0.0/8 ::1',
  GATEHOUSE_CLIENT_CERTIFICATE_CA: authority,
};

const self = certificateOf('self');
const jwks = JSON.stringify({
  keys: [{ ...self.publicKey.export({ format: 'jwk' }), x5c: [self.raw.toString('base64')] }],
});
const client = (id: string, fields: string) => `
  - client_id: ${id}
    client_name: ${id}
    redirect_uris: [http://localhost:9/${id}/callback]
    first_party: true
    ${fields}`;
const CLIENTS = `clients:${[
  client(
    'shop',
    'token_endpoint_auth_method: tls_client_auth\n    tls_client_auth_san_dns: shop.example\n    tls_client_certificate_bound_access_tokens: true',
  ),
  client(
    'bank',
    "token_endpoint_auth_method: tls_client_auth\n    tls_client_auth_subject_dn: 'CN=bank,O=Test,C=DE'",
  ),
  client('lone', `token_endpoint_auth_method: self_signed_tls_client_auth\n    jwks: ${jwks}`),
  client('spa', 'token_endpoint_auth_method: none\n    tls_client_certificate_bound_access_tokens: true'),
].join('')}`;

const sent = (header: string) => ({ [HEADER]: header });
const by = (holder: Holder) => sent(escapedPemOf(holder));

/** RFC 8705, behind a proxy that ends TLS. */
describe('a client certificate', () => {
  let server: TestServer;
  let browser: Browser;
  const person = bea();

  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS, env: TRUSTING });
    await server.addPerson(person);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    browser = new Browser(server);
    await browser.signIn(person);
  });

  const codeOf = async (app: GuardedApplication) => {
    await browser.open(app.url(app.params({ scope: 'openid profile offline_access', prompt: 'consent' })));
    return app.codeFrom(browser);
  };

  it.each([
    ['shop', by('shop')],
    ['shop', sent(`:${derOf('shop')}:`)],
    ['bank', by('bank')],
    ['lone', by('self')],
  ] as const)('proves who %s is', async (id, headers) => {
    const app = new GuardedApplication(server, id);
    expect((await app.redeem(await codeOf(app), headers)).status).toBe(200);
  });

  it.each([
    ['shop', 'nobody’s', {}],
    ['shop', 'another client’s', by('bank')],
    ['bank', 'another client’s', by('shop')],
    ['shop', 'of another authority of the same name', by('forged')],
    ['shop', 'for a server', by('webserver')],
    ['shop', 'self-signed', by('self')],
    ['shop', 'with a confusing name', by('confusing')],
    [
      'shop',
      'behind another one that was put before',
      sent(`${escapedPemOf('shop')}, ${escapedPemOf('bank')}`),
    ],
    ['lone', 'self-signed, of the same name, with another key', by('self2')],
    ['lone', 'issued by an authority', by('shop')],
    ['lone', 'nobody’s', {}],
  ] as [string, string, Record<string, string>][])(
    'does not prove who %s is: %s',
    async (id, _what, headers) => {
      const app = new GuardedApplication(server, id);
      const answer = await app.redeem(await codeOf(app), headers);
      expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client']);
    },
  );

  it('does not stand in for a secret of another kind', async () => {
    const app = new GuardedApplication(server, 'shop', { fields: { client_secret: 'guessed' } });
    expect((await app.redeem(await codeOf(app), by('shop'))).status).toBe(401);
  });

  it.each([
    ['shop', 'shop', 'bank'],
    ['spa', 'self', 'self2'],
  ] as const)('binds the tokens of %s', async (id, own, other) => {
    const app = new GuardedApplication(server, id);
    const { body } = await app.redeem(await codeOf(app), by(own));
    const token = body['access_token'] as string;
    expect((await app.userinfo(`Bearer ${token}`, by(own))).status).toBe(200);
    expect((await app.userinfo(`Bearer ${token}`, by(other))).status).toBe(401);
    expect((await app.userinfo(`Bearer ${token}`)).status).toBe(401);
    const refreshed = await app.refresh(body['refresh_token'] as string, by(other));
    expect(refreshed.status).not.toBe(200);
  });

  it('is asked for where tokens are bound to one', async () => {
    const app = new GuardedApplication(server, 'spa');
    const { status, body } = await app.redeem(await codeOf(app));
    expect([status, body]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'mutual TLS client certificate not provided' },
    ]);
  });

  it('can be used as discovery says', async () => {
    const discovery = (await (
      await fetch(`${server.url}/.well-known/openid-configuration`)
    ).json()) as Record<string, unknown>;
    expect(discovery['tls_client_certificate_bound_access_tokens']).toBe(true);
    expect(discovery['token_endpoint_auth_methods_supported']).toEqual(
      expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
    );
  });
});

describe('a certificate header', () => {
  it('from anybody but the proxy is nothing', async () => {
    const server = await TestServer.start({
      clients: CLIENTS,
      env: { ...TRUSTING, GATEHOUSE_CLIENT_CERTIFICATE_FROM: '192.0.2.1 10.0.0.0/8 2001:db8::/32' },
    });
    try {
      for (const [id, holder] of [
        ['shop', 'shop'],
        ['lone', 'self'],
      ] as const)
        for (const headers of [
          by(holder),
          sent(`:${derOf(holder)}:`),
          {
            ...by(holder),
            'X-Forwarded-For': '192.0.2.1',
            Forwarded: 'for=192.0.2.1',
            'X-Real-IP': '192.0.2.1',
          },
        ]) {
          const { status } = await new GuardedApplication(server, id).push(undefined, headers);
          expect([id, status]).toEqual([id, 401]);
        }
    } finally {
      await server.stop();
    }
  });

  it('is nothing where none is configured, and no client can rely on it', async () => {
    const file = join(folder, 'clients.yaml');
    writeFileSync(file, CLIENTS);
    expect(() => readClientsFile(file)).toThrow(
      /token_endpoint_auth_method: client certificates are not known here; set GATEHOUSE_CLIENT_CERTIFICATE_HEADER/,
    );
    expect(() => readClientsFile(file, { clientCertificates: { authorities: [] } })).toThrow(
      /tls_client_auth needs GATEHOUSE_CLIENT_CERTIFICATE_CA/,
    );
    const server = await TestServer.start();
    try {
      const discovery = (await (
        await fetch(`${server.url}/.well-known/openid-configuration`)
      ).json()) as Record<string, unknown>;
      expect(discovery['tls_client_certificate_bound_access_tokens']).toBeUndefined();
      expect(discovery['token_endpoint_auth_methods_supported']).not.toContain('self_signed_tls_client_auth');
    } finally {
      await server.stop();
    }
  });
});
