import { errors, type Client, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Next } from 'koa';
import { HOUR, SECOND, type Clock } from '../../kernel/clock.js';
import { FAST_CLOCK, KEYS_OF_ITS_OWN } from './endpoint-access.js';
import { requestWithinProfile } from './fapi.js';
import { RecordLost } from '../records/record.lost.js';

/** Characters. What stands in an address cannot be longer anyway; what is pushed has no need to be. */
const LONGEST = 16 * 1024;
/** Seconds. FAPI 2.0 Message Signing, section 5.3.1, for everyone: an old request is not opened again. */
const LIFETIME = HOUR / SECOND;
/** Where a request comes from the client itself: a browser would reload it, a client has no reason to. */
const PUSHED = new Set(['pushed_authorization_request', 'backchannel_authentication']);

/** What a request for backchannel authentication says beside `iss` and `aud` (CIBA Core, section 7.1.1). */
const ASKING = ['exp', 'iat', 'nbf', 'jti'];

interface RequestClaims extends Record<string, unknown> {
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
}

/**
 * What a signed request (RFC 9101) must be beyond what the library asks: signed by a key of the client for this server.
 * @returns the rule; it throws InvalidRequestObject
 */
export function requestObjectRule(clock: Clock) {
  return (ctx: KoaContextWithOIDC, claims: RequestClaims, header: object, client: Client): void => {
    // The server's own copy of what was pushed: it was checked when it came.
    if (ctx.oidc.entities.PushedAuthorizationRequest) return;
    const refuse = (what: string) => {
      throw new errors.InvalidRequestObject(`Request Object ${what}`);
    };
    if (String(ctx.oidc.params?.['request']).length > LONGEST)
      refuse(`must not be longer than ${LONGEST} characters`);
    const carried = KEYS_OF_ITS_OWN.find((name) => name in header);
    if (carried) refuse(`must not have a ${carried} header`);
    const now = clock.now().getTime() / SECOND;
    const { exp, nbf, iat, jti } = claims;
    const missing =
      ctx.oidc.route === 'backchannel_authentication' && ASKING.find((name) => !(name in claims));
    if (missing) refuse(`must have ${missing}`);
    // Its name could not be remembered for ever.
    if (jti !== undefined && exp === undefined) refuse('must have an exp beside its jti');
    if (exp !== undefined && exp - (nbf ?? iat ?? now) > LIFETIME)
      refuse(`must expire within ${LIFETIME} seconds`);
    if (iat !== undefined && iat > now + FAST_CLOCK) refuse('is issued in the future');
    requestWithinProfile(claims, header as Record<string, unknown>, client, now);
  };
}

/**
 * A signed request that was pushed counts once, if it says which one it is (`jti`). It is asked here and not while it is
 * checked: only now its signature was good, so that nobody uses up the name of somebody else's request.
 */
export async function spendRequestObject(ctx: KoaContextWithOIDC, next: Next, provider: Provider) {
  await next();
  const { oidc } = ctx;
  const request = (oidc?.body as { request?: unknown } | undefined)?.request;
  if (!PUSHED.has(oidc?.route ?? '') || typeof request !== 'string' || ctx.status >= 300) return;
  const { jti, exp } = JSON.parse(
    Buffer.from(request.split('.')[1]!, 'base64url').toString(),
  ) as RequestClaims;
  if (jti === undefined || exp === undefined) return;
  const owner = JSON.stringify(['request object', oidc.client!.clientId]);
  if (!(await provider.ReplayDetection.unique(owner, jti, exp)))
    throw new RecordLost('RequestObject', undefined);
}
