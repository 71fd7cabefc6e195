import { PROTOCOL_CLAIMS, STANDARD_ATTRIBUTES, STANDARD_CLAIMS } from '../users/attributes.js';
import { isBuiltInGroup } from '../users/groups.service.js';
import type { ClientMistake, ClientsFileRules } from './client-rules.js';
import type { Declaration } from './clients-file.js';
import { scopesOfApi } from './declarations.service.js';
import { GATEHOUSE_API, isGatehouseApi } from './gatehouse-api.js';
import { webhookMistakes } from './webhook-rules.js';

/** A key of the database, as long as it may be there. */
const LONGEST_IDENTIFIER = 255;

type Named = readonly { readonly id: string }[];

/** How the fields of what is declared beside clients go together, from top to bottom. */
export function declarationMistakes(
  declaration: Declaration,
  declarations: readonly Declaration[],
  clients: Named,
  rules: ClientsFileRules,
): ClientMistake[] {
  if (declaration.kind === 'apis') return apiMistakes(declaration, rules);
  if (declaration.kind === 'webhooks') return webhookMistakes(declaration, rules);
  if (declaration.kind === 'groups') return groupMistakes(declaration);
  if (declaration.kind === 'claims') return claimMistakes(declaration, declarations, clients);
  return [];
}

function apiMistakes({ name, body }: Declaration, { issuer }: ClientsFileRules): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  if (name.length > LONGEST_IDENTIFIER)
    mistakes.push({
      field: 'identifier',
      what: `identifier: write at most ${LONGEST_IDENTIFIER} characters`,
    });
  if (issuer !== undefined && isGatehouseApi(issuer, name))
    mistakes.push({
      field: 'identifier',
      what: `identifier: "${name}" is the API of Gatehouse itself, which ${GATEHOUSE_API} lets a client ask`,
    });
  const names = scopesOfApi(body).map((scope) => scope.name);
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined)
    mistakes.push({ field: 'scopes', what: `scopes: "${twice}" stands there more than once` });
  return mistakes;
}

function groupMistakes({ name, body }: Declaration): ClientMistake[] {
  const mistakes: ClientMistake[] = [];
  if (isBuiltInGroup(name))
    mistakes.push({ field: 'name', what: 'groups that start with "gatehouse-" are the built-in ones' });
  if (((body['description'] as string | undefined) ?? '').length > 200)
    mistakes.push({ field: 'description', what: 'description: write at most 200 characters' });
  return mistakes;
}

function claimMistakes({ name, body }: Declaration, all: readonly Declaration[], clients: Named) {
  return [...claimName(name), ...claimSource(body, all), ...claimReceivers(body, clients)];
}

function claimName(name: string): ClientMistake[] {
  if (PROTOCOL_CLAIMS.includes(name))
    return [{ field: 'name', what: `name: "${name}" belongs to the protocol: choose another name` }];
  if (STANDARD_CLAIMS.includes(name))
    return [
      {
        field: 'name',
        what: `name: "${name}" is a standard claim and comes from the account by its scope: choose another name`,
      },
    ];
  return [];
}

/** Where the value comes from: one place, and never one that people write to themselves. */
function claimSource(body: Record<string, unknown>, all: readonly Declaration[]): ClientMistake[] {
  const sources = ['attribute', 'groups', 'value'].filter((field) => field in body);
  if (sources.length !== 1)
    return [{ what: 'write one of attribute, groups and value: where it comes from' }];
  const attribute = body['attribute'] as string | undefined;
  if (attribute !== undefined && [...STANDARD_CLAIMS, 'username'].includes(attribute)) {
    const own = Object.hasOwn(STANDARD_ATTRIBUTES, attribute) || attribute === 'name';
    const why = own ? 'people can set it themselves' : 'it is a standard claim, which its scope gives';
    return [
      {
        field: 'attribute',
        what: `attribute: "${attribute}" cannot be used, ${why}: name one that operators set`,
      },
    ];
  }
  if (attribute !== undefined && PROTOCOL_CLAIMS.includes(attribute))
    return [{ field: 'attribute', what: `attribute: "${attribute}" belongs to the protocol` }];
  const declared = all.filter(({ kind }) => kind === 'groups').map(({ name }) => name);
  const groups = typeof body['groups'] === 'object' ? Object.keys(body['groups'] as object) : [];
  const unknown = groups.find((group) => !declared.includes(group));
  return unknown === undefined
    ? []
    : [{ field: 'groups', what: `groups: "${unknown}" is not declared under groups:` }];
}

/** A claim that says neither would go to everyone, which nobody should get by leaving something out. */
function claimReceivers(body: Record<string, unknown>, clients: Named): ClientMistake[] {
  const { scopes = [], clients: named = [] } = body as { scopes?: string[]; clients?: string[] };
  if (scopes.length + named.length === 0)
    return [{ what: 'write scopes, with which it is given, or clients, to which, or both' }];
  if (scopes.includes('offline_access'))
    return [{ field: 'scopes', what: 'scopes: "offline_access" gives no claims' }];
  const unknown = named.find((id) => !clients.some((client) => client.id === id));
  return unknown === undefined
    ? []
    : [{ field: 'clients', what: `clients: "${unknown}" is not a client of this file` }];
}
