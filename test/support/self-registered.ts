import type { TestServer } from './server.js';

export interface RegistrationAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly retryAfter: string | null;
}

/** What a well-behaved application says of itself. */
export const DECENT = {
  client_name: 'Decent application',
  redirect_uris: ['https://decent.example/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
};

/** Registers an application, or tries to. @param metadata as JSON, or a text as it is */
export function register(
  server: TestServer,
  metadata: object | string = DECENT,
  headers: Record<string, string> = {},
): Promise<RegistrationAnswer> {
  return send(server, 'POST', '/oidc/registration', metadata, headers);
}

/** Reads, changes or deletes a registration. */
export function manage(
  server: TestServer,
  method: 'GET' | 'PUT' | 'DELETE',
  clientId: unknown,
  token: unknown,
  metadata?: object,
): Promise<RegistrationAnswer> {
  const path = `/oidc/registration/${String(clientId)}`;
  return send(server, method, path, metadata, { Authorization: `Bearer ${String(token)}` });
}

export async function send(
  server: TestServer,
  method: string,
  path: string,
  metadata: object | string | undefined,
  headers: Record<string, string>,
): Promise<RegistrationAnswer> {
  const response = await fetch(server.url + path, {
    method,
    headers: { ...(metadata ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(metadata ? { body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata) } : {}),
  });
  const text = await response.text();
  let body: Record<string, unknown> = {};
  if (text.startsWith('{')) body = JSON.parse(text) as Record<string, unknown>;
  return { status: response.status, body, retryAfter: response.headers.get('retry-after') };
}
