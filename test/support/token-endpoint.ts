import type { TestServer } from './server.js';

/** What the token endpoint says of a client that has no code to redeem: `invalid_grant` where it is known by this secret. */
export async function verdictOn(server: TestServer, id: string, secret: string): Promise<string> {
  const credentials = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  const answer = await fetch(`${server.url}/oidc/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'none', redirect_uri: 'x' }),
  });
  return ((await answer.json()) as { error: string }).error;
}
