import type { Client } from 'oidc-provider';
import type { ApiScope, Declarations } from '../../clients/declarations.service.js';
import { scopesFor } from './apis.js';

/** What an application wants of one API, or may do there. */
export interface ApiAccess {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
}

interface AskedParameters {
  readonly scope?: string | undefined;
  /** One, or several. */
  readonly resource?: string | string[] | undefined;
}

/** What an authorization request asks for at each API it names, in the words of the API's declaration. */
export async function askedOfApis(
  declarations: Declarations,
  client: Client,
  { scope, resource }: AskedParameters,
): Promise<ApiAccess[]> {
  const asked = new Set(scope?.split(' '));
  const apis = await declarations.apis([resource ?? []].flat());
  return apis.map((api) => ({
    identifier: api.identifier,
    name: api.name,
    scopes: scopesFor(client, api).filter(({ name }) => asked.has(name)),
  }));
}

/** What was granted at each API, in the words that its declaration has for it now. */
export async function grantedAtApis(
  declarations: Declarations,
  resources: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<ApiAccess[]> {
  const accesses = [...resources].map(async ([identifier, granted]): Promise<ApiAccess> => {
    const api = await declarations.api(identifier);
    const described = (name: string) => api?.scopes.find((scope) => scope.name === name)?.description;
    return {
      identifier,
      name: api?.name ?? identifier,
      scopes: [...granted].map((name) => ({ name, description: described(name) })),
    };
  });
  return Promise.all(accesses);
}
