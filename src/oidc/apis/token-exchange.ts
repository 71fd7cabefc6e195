import {
  errors,
  type AccessToken,
  type Client,
  type KoaContextWithOIDC,
  type Provider,
  type ResourceServer,
} from 'oidc-provider';
import { TOKEN_EXCHANGE_GRANT } from '../../clients/client.fields.js';
import type { Api, Declarations } from '../../clients/declarations.service.js';
import { actingChain } from './acting-chain.js';
import { refuseOutsideProfile, resourceServer } from './apis.js';
import { refuseLoosening, shownKeys } from './exchange-keys.js';
import type { OwnJwtParts } from './own-jwt.js';
import type { Entry } from '../claims/entry.js';
import type { Accounts } from '../../users/accounts.service.js';
import { relyOn } from '../rely-on.js';
import type { RecordStore } from '../records/record.store.js';
import {
  ACCESS_TOKEN_TYPE,
  findSubjectToken,
  JWT_TYPE,
  refuseOthersTokens,
  type SubjectToken,
} from './subject-token.js';

interface ExchangeParts extends OwnJwtParts {
  readonly records: RecordStore;
  readonly declarations: Declarations;
  readonly accounts: Accounts;
  readonly entry: Entry;
}

/** The types of the library do not have it. */
interface LibraryParts {
  readonly ResourceServer: new (
    identifier: string,
    info: ResourceServer,
  ) => NonNullable<AccessToken['resourceServer']>;
}

const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
];

/**
 * Token exchange (RFC 8693): who got a person's access token calls on for them, with a token of its own for another API.
 * It says who acts (`act`), can do nothing that the first one could not, and ends with it and with what it came from.
 */
export function registerTokenExchange(provider: Provider, parts: ExchangeParts): void {
  rememberOrigins(provider);
  provider.registerGrantType(
    TOKEN_EXCHANGE_GRANT,
    (ctx) => exchange(ctx as KoaContextWithOIDC, parts),
    PARAMETERS,
    ['resource', 'audience'],
  );
}

async function exchange(ctx: KoaContextWithOIDC, parts: ExchangeParts): Promise<void> {
  const client = ctx.oidc.client!;
  const { provider } = ctx.oidc;
  const audiences = audiencesOf(client);
  refuseUnsupported(ctx);
  const subject = await findSubjectToken(ctx, parts);
  await refuseOthersTokens(ctx, subject, parts.declarations);
  const api = await target(ctx, audiences, parts.declarations);
  const issuedType = issuedTypeFor(ctx, api);
  const scope = scopeFor(ctx, subject, api);
  const { accountId, sessionUid, sid, extra, remainingTTL } = subject.token;
  const act = actingChain(client.clientId, extra?.['act']);

  const shown = await shownKeys(ctx);
  refuseLoosening(ctx, subject.token, shown);
  // Of one that ends at this very moment nothing may come: the commit sees it.
  await relyOn(parts, subject.kind, subject.id);
  const token = new provider.AccessToken({
    accountId,
    client,
    gty: TOKEN_EXCHANGE_GRANT,
    sessionUid,
    sid,
  } as never);
  const { ResourceServer } = provider as unknown as LibraryParts;
  token.resourceServer = new ResourceServer(api.identifier, resourceServer(api, api.scopes));
  token.scope = scope;
  await shown.bind(token);
  // Neither a loop nor a chain of exchanges prolongs anything.
  Object.assign(token, { origin: subject.origin, expiresIn: Math.min(token.expiration, remainingTTL) });
  ctx.state['exchanged'] = { ...extra, act };
  ctx.oidc.entity('AccessToken', token);
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: issuedType,
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope,
  };
}

function audiencesOf(client: Client): readonly string[] {
  const { audiences } = (client['token_exchange'] ?? {}) as { audiences?: string[] };
  if (!audiences || client.clientAuthMethod === 'none')
    throw new errors.UnauthorizedClient('this client may not exchange tokens');
  return audiences;
}

function refuseUnsupported({ oidc: { params } }: KoaContextWithOIDC): void {
  if (typeof params?.['subject_token'] !== 'string')
    throw new errors.InvalidRequest("missing required parameter(s) 'subject_token'");
  if (params['actor_token'] !== undefined || params['actor_token_type'] !== undefined)
    throw new errors.InvalidRequest('actor_token is not supported: who acts is the client itself');
}

/** One declared API, which the client may exchange for: named as `resource` or as `audience`, or the only one. */
async function target(
  { oidc: { params, client } }: KoaContextWithOIDC,
  audiences: readonly string[],
  declarations: Declarations,
): Promise<Api> {
  const named = [params?.['resource'] ?? [], params?.['audience'] ?? []].flat() as string[];
  const [identifier, another] = named.length > 0 ? new Set(named) : audiences;
  if (!identifier || another !== undefined) throw new errors.InvalidTarget('exactly one API must be named');
  const api = audiences.includes(identifier) ? await declarations.api(identifier) : undefined;
  if (!api) throw new errors.InvalidTarget('audience is unknown or not allowed for this client');
  refuseOutsideProfile(client!, api);
  return api;
}

function issuedTypeFor({ oidc: { params } }: KoaContextWithOIDC, { format }: Api): string {
  const type = params?.['requested_token_type'] ?? ACCESS_TOKEN_TYPE;
  if (type === ACCESS_TOKEN_TYPE || (type === JWT_TYPE && format === 'jwt')) return type;
  throw new errors.InvalidRequest('requested_token_type must be that of an access token');
}

/** A scope is carried over only where both APIs have it, so that an exchange never widens anything. */
function scopeFor({ oidc }: KoaContextWithOIDC, { token }: SubjectToken, api: Api): string {
  const carried = api.scopes.map(({ name }) => name).filter((name) => token.scopes.has(name));
  const asked = [...oidc.requestParamScopes];
  const refused = asked.find((name) => !carried.includes(name));
  if (refused)
    throw new errors.InvalidScope('requested scope is not in subject_token, or not of the API', refused);
  if (carried.length === 0) throw new errors.InvalidScope('no scope of subject_token is one of the API', '');
  return (asked.length > 0 ? asked : carried).join(' ');
}

/** The library stores of a token what its class lists: the origin is one more thing. */
function rememberOrigins({ AccessToken }: Provider): void {
  const stored = [...AccessToken.IN_PAYLOAD, 'origin'];
  Object.defineProperty(AccessToken, 'IN_PAYLOAD', { get: () => stored });
}
