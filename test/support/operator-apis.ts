import { SHELL } from '../../src/admin/actor.js';
import { ManagedApis } from '../../src/admin/apis/managed-apis.service.js';
import { ManagedClients } from '../../src/admin/clients/managed-clients.service.js';
import { Application } from './application.js';
import type { TestServer } from './server.js';

let made = 0;

/** An API that operators made. @returns its identifier */
export async function newApi(server: TestServer, fields: Record<string, unknown> = {}): Promise<string> {
  const identifier = `https://api-${++made}.example/`;
  const result = await server.app.get(ManagedApis).create(SHELL, { identifier, ...fields });
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  return result.api.identifier;
}

/** An application that operators made, which people sign in to. */
export const newApplication = (server: TestServer, id: string, fields: Record<string, unknown>) =>
  newClient(server, { client_id: id, redirect_uris: [`http://localhost:9/${id}/callback`], ...fields });

/** A machine that operators made, which may use APIs. */
export const newMachine = (
  server: TestServer,
  id: string,
  apis: readonly string[],
  fields: Record<string, unknown> = {},
) => newClient(server, { client_id: id, grant_types: ['client_credentials'], apis, ...fields });

async function newClient(
  server: TestServer,
  fields: Record<string, unknown> & { readonly client_id: string },
): Promise<Application> {
  const result = await server.app.get(ManagedClients).create(SHELL, fields);
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  return new Application(server, fields.client_id, result.secret);
}

/** A token of a machine's own. */
export const tokenOf = (machine: Application, params: Record<string, string> = {}) =>
  machine.call('/oidc/token', { grant_type: 'client_credentials', ...params });
