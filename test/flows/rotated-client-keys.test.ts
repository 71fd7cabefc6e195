import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ClientKey } from '../support/client-key.js';
import { DocumentHost } from '../support/document-host.js';
import { TestServer } from '../support/server.js';

/** OpenID Connect Core, section 10.1.1: an application changes its key by publishing another one under another name. */
describe('an application that signs with another key than a moment ago', () => {
  let server: TestServer;
  let host: DocumentHost;
  /** Undefined: nothing can be had. */
  let published: object[] | undefined;
  beforeAll(async () => {
    host = await DocumentHost.start();
    const at = host.answer('/keys', (_req, res) =>
      res
        .writeHead(published ? 200 : 503, {
          'Content-Type': 'application/json',
          'Cache-Control': 'max-age=86400',
        })
        .end(JSON.stringify({ keys: published })),
    );
    server = await TestServer.start({
      clients: `clients:${['report', 'flood'].map((id) => client(id, at)).join('')}`,
      env: { GATEHOUSE_INTERNAL_FETCH: 'on' },
    });
  });
  afterAll(async () => {
    await server.stop();
    host.stop();
  });
  beforeEach(() => {
    host.asked.length = 0;
  });

  const client = (id: string, keysAt: string) => `
  - client_id: ${id}
    grant_types: [client_credentials]
    token_endpoint_auth_method: private_key_jwt
    jwks_uri: ${keysAt}`;
  const named = (key: ClientKey, kid: string) => ({ ...key.publicJwk, kid, use: 'sig' });
  const ask = async (id: string, key: ClientKey, kid: string) => {
    const response = await fetch(`${server.url}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await key.assertion(id, server.url, {}, { kid }),
      }),
    });
    return response.status;
  };

  it('is known at once, whatever its keys say of how long they may be kept (oidcc-refresh-token-rp-key-rotation)', async () => {
    const [old, next] = [new ClientKey(), new ClientKey()];
    published = [named(old, 'old')];
    expect(await ask('report', old, 'old')).toBe(200);
    expect(await ask('report', old, 'old')).toBe(200);
    expect(host.asked).toHaveLength(1);
    published = [named(next, 'next')];
    expect(await ask('report', next, 'next')).toBe(200);
    expect(host.asked).toHaveLength(2);
    // What is not published any more counts no more.
    expect(await ask('report', old, 'old')).toBe(401);
    expect(await ask('report', next, 'next')).toBe(200);
  });

  it('cannot be made a flood of, and keeps the keys that are known where no others can be had', async () => {
    const key = new ClientKey();
    published = [named(key, 'known')];
    expect(await ask('flood', key, 'known')).toBe(200);
    published = undefined;
    for (let n = 0; n < 8; n++) expect(await ask('flood', new ClientKey(), `made-up-${n}`)).not.toBe(200);
    expect(host.asked.length).toBeLessThanOrEqual(3);
    const before = host.asked.length;
    expect(await ask('flood', key, 'known')).toBe(200);
    // Signed by another key under a known name: no reason to look.
    expect(await ask('flood', new ClientKey(), 'known')).toBe(401);
    expect(host.asked).toHaveLength(before);
  });
});
