import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DocumentHost } from '../support/document-host.js';
import { DECENT, register } from '../support/self-registered.js';
import { TestServer } from '../support/server.js';

const HOSTS = [
  '127.0.0.1',
  'localhost',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0.0.0.0',
];
const OPEN = { GATEHOUSE_CLIENT_REGISTRATION: 'open', GATEHOUSE_CLIENT_REGISTRATION_LIMIT: '10000' };

/** Whoever may register names addresses that this server fetches: it must not knock at its own network for them. */
describe('an address in the metadata of an application that registers itself', () => {
  let server: TestServer;
  let internal: Server;
  let connections = 0;
  let port: number;
  const warnings = jest.spyOn(console, 'warn');
  beforeAll(async () => {
    internal = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((listening) => internal.listen(0, listening));
    port = (internal.address() as AddressInfo).port;
    server = await TestServer.start({ env: OPEN });
  });
  afterAll(async () => {
    await server.stop();
    internal.close();
    warnings.mockRestore();
  });
  afterEach(() => expect(connections).toBe(0));
  // The provider's own guard, which ours replaces, can be made as well.
  afterEach(() => expect(warnings).not.toHaveBeenCalled());

  it.each([...HOSTS, '10.0.0.1', '169.254.169.254', '[fd00:ec2::254]'])(
    'makes nobody reach %s for a sector identifier',
    async (host) => {
      const uri = `https://${host}:${port}/sector.json`;
      const { status, body } = await register(server, { ...DECENT, sector_identifier_uri: uri });
      expect([status, body['error']]).toEqual([400, 'invalid_client_metadata']);
    },
  );

  it.each(HOSTS)('makes nobody reach %s for keys', async (host) => {
    const { body } = await register(server, {
      ...DECENT,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `https://${host}:${port}/keys.json`,
    });
    const id = String(body['client_id']);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: id, sub: id, aud: server.url, jti: 'x', exp: now + 60, iat: now };
    const answer = await fetch(`${server.url}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'x',
        client_id: id,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: `${part({ alg: 'ES256' })}.${part(claims)}.${'A'.repeat(86)}`,
      }),
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/invalid_client/) });
  });
});

describe('where the operator allows internal addresses (GATEHOUSE_INTERNAL_FETCH)', () => {
  let host: DocumentHost;
  beforeAll(async () => {
    host = await DocumentHost.start();
  });
  afterAll(() => host.stop());

  it('a sector identifier is fetched, but no redirect followed; without that word it is not fetched', async () => {
    const sector = host.serve('/sector.json', DECENT.redirect_uris);
    const moved = host.answer('/moved.json', (_req, res) => res.writeHead(302, { Location: sector }).end());
    const server = await TestServer.start({ env: { ...OPEN, GATEHOUSE_INTERNAL_FETCH: 'on' } });
    try {
      expect((await register(server, { ...DECENT, sector_identifier_uri: sector })).status).toBe(201);
      host.asked.length = 0;
      expect((await register(server, { ...DECENT, sector_identifier_uri: moved })).status).toBe(400);
      expect(host.asked).toEqual(['/moved.json']);
      const foreign = { ...DECENT, redirect_uris: ['https://other.example/'], sector_identifier_uri: sector };
      expect((await register(server, foreign)).status).toBe(400);
    } finally {
      await server.stop();
    }
    host.asked.length = 0;
    const careful = await TestServer.start({ env: OPEN });
    try {
      expect((await register(careful, { ...DECENT, sector_identifier_uri: sector })).status).toBe(400);
      expect(host.asked).toEqual([]);
    } finally {
      await careful.stop();
    }
  });

  it('and what it has said is believed: who registered with it signs people in while its host is down', async () => {
    const pairwise = { ...DECENT, subject_type: 'pairwise' };
    const sector = host.serve('/kept.json', DECENT.redirect_uris);
    const server = await TestServer.start({ env: { ...OPEN, GATEHOUSE_INTERNAL_FETCH: 'on' } });
    try {
      const { body } = await register(server, { ...pairwise, sector_identifier_uri: sector });
      host.asked.length = 0;
      await server.restart();
      const request = new URLSearchParams({
        client_id: String(body['client_id']),
        redirect_uri: DECENT.redirect_uris[0]!,
        response_type: 'code',
        scope: 'openid',
        code_challenge: 'A'.repeat(43),
        code_challenge_method: 'S256',
      });
      const { status } = await fetch(`${server.url}/oidc/auth?${request.toString()}`, { redirect: 'manual' });
      expect([status, host.asked]).toEqual([303, []]);
    } finally {
      await server.stop();
    }
  });
});
