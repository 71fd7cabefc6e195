import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEVICE_CLIENTS, DEVICE_GRANT } from '../support/device.js';
import { TestServer } from '../support/server.js';

/** HTTP Basic with an empty secret: some public clients name themselves so, and nobody else gets anywhere with it. */
describe('an empty secret', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ clients: DEVICE_CLIENTS });
  });
  afterAll(() => server.stop());

  async function ask(id: string, params: Record<string, string> = {}, path = '/oidc/device') {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${id}:`).toString('base64')}` },
      body: new URLSearchParams(params),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body };
  }

  it.each<Record<string, string>>([{}, { client_id: 'tv' }])(
    'names a client that has none (%j besides)',
    async (params) => {
      const { status, body } = await ask('tv', { scope: 'openid', ...params });
      expect(status).toBe(200);
      const device = { grant_type: DEVICE_GRANT, device_code: body['device_code'] as string };
      expect((await ask('tv', device, '/oidc/token')).body).toMatchObject({ error: 'authorization_pending' });
      // And it is this client that was named, not any.
      expect((await ask('vault', device, '/oidc/token')).body).toMatchObject({ error: 'invalid_grant' });
    },
  );

  it.each<[string, string, Record<string, string>]>([
    ['for a client that has a secret', 'tool', {}],
    ['for a client that has a secret, and a public one in the form', 'tool', { client_id: 'tv' }],
    ['for a public client, and another one in the form', 'tv', { client_id: 'tool' }],
    ['for a public client, and a secret in the form', 'tv', { client_secret: 'x' }],
    ['for a public client, and an assertion in the form', 'tv', { client_assertion: 'x.y.z' }],
    ['for a client that there is none of', 'nobody', {}],
    ['for no client', '', { client_id: 'tv' }],
  ])('is refused %s', async (_whom, id, params) => {
    const { status, body } = await ask(id, { scope: 'openid', ...params });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'invalid_request' });
  });
});
