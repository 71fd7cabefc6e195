import { errors, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import type { Declarations } from '../../clients/declarations.service.js';
import { stillLetsIn, type Entry } from '../claims/entry.js';
import { isAlive, type Origin } from '../apis/subject-token.js';
import { isUnvouched } from '../registration/unvouched.js';

const ACCESS_TOKENS: (string | undefined)[] = ['AccessToken', 'ClientCredentials'];

interface IssuedToken {
  readonly clientId?: string | undefined;
  readonly kind?: string;
  readonly accountId?: string | undefined;
  /** Of an exchanged token. */
  readonly origin?: Origin;
  readonly aud?: string | string[] | undefined;
}

/** Scripts of another origin may call for a public client, from where one of its redirect URIs is; anyone's may ask for userinfo so. */
export function mayCallFromBrowser(ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  if (ctx.oidc.route !== 'userinfo' && client.clientAuthMethod !== 'none') return false;
  return client.redirectUris?.some((uri) => new URL(uri).origin === origin && origin !== 'null') ?? false;
}

/**
 * A resource server looks at access tokens made for others; one that is made for an API is that API's alone to look at.
 * A refresh token concerns its own client alone.
 */
export function mayIntrospect(declarations: Pick<Declarations, 'api'>, entry: Pick<Entry, 'isOpen'>) {
  return async (ctx: KoaContextWithOIDC, client: Client, token: IssuedToken): Promise<boolean> => {
    const { clientId, accountId, origin } = token;
    const own = clientId === client.clientId;
    if (!own && !mayLookAtOthers(client, token)) return false;
    const { provider } = ctx.oidc;
    // The library looks after the grant of a token's own client alone, and not after the client.
    if (origin && !(await isAlive({ provider, entry }, accountId!, origin))) return false;
    if (own) return accountId === undefined || entry.isOpen(client, accountId);
    if (!(await stillLetsIn({ provider, entry }, clientId, accountId))) return false;
    if (token.aud === undefined) return true;
    const api = typeof token.aud === 'string' ? await declarations.api(token.aud) : undefined;
    return api?.clientId === client.clientId;
  };
}

function mayLookAtOthers(client: Client, { kind }: IssuedToken): boolean {
  // Whoever may register would only have to register to look at everybody's.
  return !isUnvouched(client) && client.clientAuthMethod !== 'none' && ACCESS_TOKENS.includes(kind);
}

/** RFC 7009, section 2.1: a client revokes its own tokens. */
export function mayRevoke(_ctx: KoaContextWithOIDC, client: Client, token: IssuedToken): boolean {
  if (token.clientId === client.clientId) return true;
  // A public client learns nothing, not even that the token exists.
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('client is not authorized to revoke the presented token');
}

/** Headers by which a token brings along, or points to, the key it wants to be verified with (RFC 8725, section 3.10). */
export const KEYS_OF_ITS_OWN = ['jwk', 'jku', 'x5u', 'x5c'];
/** Seconds. FAPI 2.0, section 5.3.2.1: a client's clock may be fast, but not by more than this. */
export const FAST_CLOCK = 60;
/** Seconds. Each assertion's id is remembered until it expires, so that it works once. */
export const ASSERTION_LIFETIME = 10 * 60;

/** @throws InvalidClientAuth */
export function refuseCarriedKeys(
  _ctx: KoaContextWithOIDC,
  claims: Record<string, unknown>,
  header: Record<string, unknown>,
): void {
  const carried = KEYS_OF_ITS_OWN.find((name) => name in header);
  if (carried) throw new errors.InvalidClientAuth(`client assertion must not have a ${carried} header`);
  const { exp, iat, nbf } = claims as { exp?: number; iat?: number; nbf?: number };
  const issued = iat ?? nbf;
  if (exp !== undefined && issued !== undefined && exp - issued > ASSERTION_LIFETIME) {
    throw new errors.InvalidClientAuth(`client assertion must expire within ${ASSERTION_LIFETIME} seconds`);
  }
}
