import { LONGEST_API_NAME, LONGEST_DESCRIPTION, type ApiFields } from '../../clients/api-draft.js';
import type { ClientMistake } from '../../clients/client-rules.js';
import type { Mistake } from '../../kernel/problem.js';
import type { ManagedApi } from '../apis/managed-api.js';
import { among, flag, integer, listOf, nullable, optional, shape, text, type Of } from './schema.js';

export const ApiIdentifier = text({
  maxLength: 255,
  description: 'The audience of its tokens, an absolute URI; in an address its / is written %2F',
});
const TokenFormat = among(['jwt', 'opaque']);
const Algorithm = among(['RS256', 'ES256'], 'What a JWT is signed with');
const Lifetime = nullable(integer(30, 86_400, { description: 'Seconds; null: as long as any access token' }));
const ItsClient = nullable(
  text({ maxLength: 255, description: 'The client that the API is where it asks something itself' }),
);
const Undeclared = flag('Whether applications that nobody declared may ask for it');
const ScopeName = text({ maxLength: 100 });
const ScopeDescription = nullable(
  text({ maxLength: LONGEST_DESCRIPTION, description: 'What people read when they are asked' }),
);

export const ApiDescribed = shape('Api', {
  identifier: text({ description: 'The audience of its tokens' }),
  name: text(),
  origin: among(['operator', 'file'], 'Who says what it is: operators, or the clients file'),
  version: integer(1, Number.MAX_SAFE_INTEGER, { description: 'How often it was written' }),
  scopes: listOf(shape('ApiScope', { name: text(), description: nullable(text()) })),
  tokenFormat: TokenFormat,
  signingAlgorithm: Algorithm,
  tokenLifetime: Lifetime,
  clientId: ItsClient,
  undeclaredClients: Undeclared,
});

/** What may be said of one here. */
export const ApiToBe = shape('ApiToBe', {
  name: optional(
    text({ maxLength: LONGEST_API_NAME, description: 'What people see; else it is the identifier' }),
  ),
  scopes: optional(
    listOf(shape('ApiScopeToBe', { name: ScopeName, description: optional(ScopeDescription) }), {
      maxItems: 200,
    }),
  ),
  tokenFormat: optional(TokenFormat),
  signingAlgorithm: optional(Algorithm),
  tokenLifetime: optional(Lifetime),
  clientId: optional(ItsClient),
  undeclaredClients: optional(Undeclared),
});

/** The fields of the clients file by their names here. */
const NAMES: Readonly<Record<string, string>> = {
  name: 'name',
  scopes: 'scopes',
  access_token_format: 'tokenFormat',
  access_token_signed_response_alg: 'signingAlgorithm',
  access_token_lifetime: 'tokenLifetime',
  client_id: 'clientId',
  undeclared_clients: 'undeclaredClients',
};

export function apiDescribed(api: ManagedApi): Of<typeof ApiDescribed> {
  const { identifier, name, origin, version, scopes, format, algorithm, lifetime, clientId } = api;
  const { undeclaredClients } = api;
  return {
    identifier,
    name,
    origin,
    version,
    scopes: scopes.map((scope) => ({ name: scope.name, description: scope.description ?? null })),
    tokenFormat: format,
    signingAlgorithm: algorithm,
    tokenLifetime: lifetime ?? null,
    clientId: clientId ?? null,
    undeclaredClients,
  };
}

/** As the clients file has them; what counts anyway is left out, so that what was read may be sent back. */
export function apiFields(identifier: string, sent: Of<typeof ApiToBe>): ApiFields {
  const scopes = (sent.scopes ?? []).map(({ name, description }) =>
    description == null ? name : { name, description },
  );
  const fields: Record<string, unknown> = {
    identifier,
    name: sent.name === identifier ? undefined : sent.name,
    scopes: scopes.length > 0 ? scopes : undefined,
    access_token_format: sent.tokenFormat === 'jwt' ? undefined : sent.tokenFormat,
    access_token_signed_response_alg: sent.signingAlgorithm === 'RS256' ? undefined : sent.signingAlgorithm,
    access_token_lifetime: sent.tokenLifetime ?? undefined,
    client_id: sent.clientId ?? undefined,
    undeclared_clients: sent.undeclaredClients === true ? true : undefined,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Where in what was sent a mistake is, in the words of the clients file. */
export function placedMistake({ field, what }: ClientMistake): Mistake {
  if (field === 'identifier') return { at: 'path: identifier', detail: what };
  return { at: field === undefined ? '#' : `#/${NAMES[field] ?? field}`, detail: what };
}
