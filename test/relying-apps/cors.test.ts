import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { ada } from '../support/people.js';
import { TestServer } from '../support/server.js';
import { Traveller } from './traveller.js';

const CLIENTS = `
clients:
  - client_id: spa
    token_endpoint_auth_method: none
    redirect_uris: [https://spa.example/callback]
    first_party: true
  - client_id: backend
    client_secret: backend-secret-of-32-characters!
    token_endpoint_auth_method: client_secret_post
    redirect_uris: [https://backend.example/callback]
    first_party: true
`;
const ALLOWED = 'access-control-allow-origin';

/** Browsers let a page's script read an answer only where the answer allows the page's origin. */
describe('a single-page application calls the server from its own origin', () => {
  let server: TestServer;
  const person = ada();

  beforeAll(async () => {
    server = await TestServer.start({ clients: CLIENTS });
    await server.addPerson(person);
  });
  afterAll(() => server.stop());

  it.each(['/.well-known/openid-configuration', '/oidc/jwks'])(
    '%s may be read from anywhere',
    async (path) => {
      const response = await from('https://anywhere.example', path);
      expect(response.status).toBe(200);
      expect(response.headers.get(ALLOWED)).toMatch(/^(\*|https:\/\/anywhere\.example)$/);
    },
  );

  it('may ask beforehand whether it may send a token to userinfo', async () => {
    const response = await from('https://spa.example', '/oidc/userinfo', {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' },
    });
    expect(response.status).toBeLessThan(300);
    expect(response.headers.get('access-control-allow-headers')).toMatch(/authorization/i);
  });

  it('redeems its code and reads userinfo', async () => {
    const tokens = await redeem('spa', 'https://spa.example');
    expect(tokens.headers.get(ALLOWED)).toBe('https://spa.example');
    const { access_token: accessToken } = (await tokens.json()) as { access_token: string };
    const userinfo = await from('https://spa.example', '/oidc/userinfo', bearer(accessToken));
    expect(userinfo.headers.get(ALLOWED)).toBe('https://spa.example');
    expect(await userinfo.json()).toMatchObject({ preferred_username: person.username });
  });

  it.each(['https://evil.example', 'http://spa.example', 'https://spa.example.evil.example', 'null'])(
    'a page of %s reads neither tokens nor userinfo',
    async (origin) => {
      const tokens = await redeem('spa', origin);
      await expectUnreadable(tokens);

      const own = await redeem('spa', 'https://spa.example');
      const { access_token: accessToken } = (await own.json()) as { access_token: string };
      await expectUnreadable(await from(origin, '/oidc/userinfo', bearer(accessToken)));
    },
  );

  it('the tokens of an application with a secret are for its server alone, not for a page of it', async () => {
    await expectUnreadable(
      await redeem('backend', 'https://backend.example', {
        client_secret: 'backend-secret-of-32-characters!',
      }),
    );
  });

  it('no page of another origin reads the account pages', async () => {
    for (const path of ['/dashboard', '/register', '/test-app']) {
      const response = await from('https://spa.example', path, { redirect: 'manual' });
      expect(response.headers.get(ALLOWED)).toBeNull();
    }
  });

  function from(origin: string, path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
    return fetch(server.url + path, { ...init, headers: { Origin: origin, ...init.headers } });
  }

  function bearer(accessToken: string) {
    return { headers: { Authorization: `Bearer ${accessToken}` } };
  }

  /** Signs the person in and asks for tokens, as a script at `origin` would. */
  async function redeem(clientId: 'spa' | 'backend', origin: string, extra: Record<string, string> = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const redirectUri = `https://${clientId}.example/callback`;
    const browser = new Traveller(server);
    const request = {
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    await browser.open(`/oidc/auth?${new URLSearchParams(request).toString()}`);
    await browser.enterPassword(person);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code: browser.sentTo!.searchParams.get('code')!,
      code_verifier: verifier,
      ...extra,
    });
    return from(origin, '/oidc/token', { method: 'POST', body });
  }

  /** Either the answer allows no origin, or it is a refusal without tokens or claims in it. */
  async function expectUnreadable(response: Response): Promise<void> {
    const text = await response.text();
    if (response.headers.get(ALLOWED) === null) return;
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/access_token|id_token|"sub"/);
  }
});
