import { errors, type Client, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { isOutsideProfile } from '../../clients/profiles.js';
import type { Config } from '../../config/config.js';
import type { Api, ApiScope, Declarations } from '../../clients/declarations.service.js';
import { gatehouseApi, grantedScopes } from '../../clients/gatehouse-api.js';
import { isUnvouched } from '../registration/unvouched.js';

/** What of an API a client may ask for: all of it, or what its `scope` names of it. */
export function scopesFor(client: Client, api: Api): readonly ApiScope[] {
  const limit = (client['api_scope'] as string | undefined)?.split(' ');
  return limit ? api.scopes.filter(({ name }) => limit.includes(name)) : api.scopes;
}

/** The APIs that a client may ask for at all. */
export function apisOf(client: Client): readonly string[] {
  return (client['apis'] as string[] | undefined) ?? [];
}

/** One that the client may ask for. Whom nobody has declared may ask for those which the operator has opened to such. */
async function apiFor(
  client: Client,
  identifier: string,
  declarations: Declarations,
): Promise<Api | undefined> {
  const isItsOwn = apisOf(client).includes(identifier);
  if (!isItsOwn && !isUnvouched(client)) return undefined;
  const api = await declarations.api(identifier);
  return isItsOwn || api?.undeclaredClients ? api : undefined;
}

/** How the provider makes a token for an API. The algorithm is the operator's choice; no request has a say in it. */
export function resourceServer(api: Api, scopes: readonly ApiScope[]): ResourceServer {
  const common = {
    scope: scopes.map(({ name }) => name).join(' '),
    audience: api.identifier,
    ...(api.lifetime === undefined ? {} : { accessTokenTTL: api.lifetime }),
  };
  return api.format === 'opaque'
    ? { ...common, accessTokenFormat: 'opaque' }
    : { ...common, accessTokenFormat: 'jwt', jwt: { sign: { alg: api.algorithm } } };
}

/** Resource indicators (RFC 8707): a token is for one declared API, or for our own, which its client may ask for. */
export function resourceIndicators(declarations: Declarations, config: Config) {
  const own = gatehouseApi(config);
  return {
    enabled: true as const,

    /** Who names no API and has exactly one means that one, once it asks for something of it. */
    defaultResource: async (ctx: KoaContextWithOIDC, client: Client, oneOf?: readonly string[]) => {
      if (oneOf) return oneOf;
      refusePersonScopes(ctx);
      const [only, another] = [...apisOf(client), ...(isMachine(ctx) && mayAskForOwn(client) ? [own] : [])];
      if (!only || another) return undefined;
      if (only === own) return own;
      const { requestParamScopes, params } = ctx.oidc;
      const api = await declarations.api(only);
      const asked =
        params?.['authorization_details'] !== undefined ||
        isMachine(ctx) ||
        api?.scopes.some(({ name }) => requestParamScopes.has(name));
      return api && asked ? only : undefined;
    },

    /** Who asked for an API wants to call it: also where the request for the token does not name it again. */
    useGrantedResource: () => true,

    getResourceServerInfo: async (ctx: KoaContextWithOIDC, identifier: string, client: Client) => {
      refusePersonScopes(ctx);
      if (identifier === own) return ownResourceServer(ctx, own, client);
      const api = await apiFor(client, identifier, declarations);
      if (!api)
        throw new errors.InvalidTarget('resource indicator is unknown or not allowed for this client');
      refuseOutsideProfile(client, api);
      const scopes = scopesFor(client, api);
      const refused = api.scopes.find(
        ({ name }) => ctx.oidc.requestParamScopes.has(name) && !scopes.some((each) => each.name === name),
      );
      if (refused) throw new errors.InvalidScope('requested scope is not allowed', refused.name);
      return resourceServer(api, scopes);
    },
  };
}

/** Whatever leads to a token for an API, of a client with a profile. @throws InvalidTarget */
export function refuseOutsideProfile(client: Client, api: Api): void {
  const { profile } = client;
  if (isOutsideProfile(profile, api))
    throw new errors.InvalidTarget(
      `profile ${profile as string}: access tokens for this API are signed with ${api.algorithm}`,
    );
}

function mayAskForOwn(client: Client): boolean {
  return grantedScopes(client).length > 0 && !isUnvouched(client);
}

/**
 * The API of Gatehouse itself, for machines that the clients file has let in, and for nobody's sake: no person's session and no
 * exchange leads to such a token. It is opaque: this server alone looks at it, and whoever revokes it is heard at once.
 */
function ownResourceServer(ctx: KoaContextWithOIDC, own: string, client: Client): ResourceServer {
  if (!isMachine(ctx) || !mayAskForOwn(client))
    throw new errors.InvalidTarget('resource indicator is unknown or not allowed for this client');
  const granted = grantedScopes(client);
  const refused = [...ctx.oidc.requestParamScopes].find((name) => !granted.includes(name));
  if (refused) throw new errors.InvalidScope('requested scope is not allowed', refused);
  return { scope: granted.join(' '), audience: own, accessTokenFormat: 'opaque' };
}

function isMachine({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.params?.['grant_type'] === 'client_credentials';
}

/** A machine is nobody: what says who somebody is, or stands for them while they are away, is not for it. */
function refusePersonScopes(ctx: KoaContextWithOIDC): void {
  const [refused] = isMachine(ctx) ? ctx.oidc.requestParamOIDCScopes : [];
  if (refused) throw new errors.InvalidScope('requested scope needs a person who signs in', refused);
}
