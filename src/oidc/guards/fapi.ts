import { errors, type Client, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { HOUR, SECOND, type Clock } from '../../kernel/clock.js';
import { PROFILE_ALGORITHMS, profileMistakes } from '../../clients/profiles.js';
import { ASSERTION_LIFETIME, FAST_CLOCK, refuseCarriedKeys } from './endpoint-access.js';

type Claims = Record<string, unknown> & { aud?: unknown; iat?: number; nbf?: number; exp?: number };
type Header = Record<string, unknown>;

/** Whose requests the library holds to FAPI 2.0; clients/profiles.ts says what else a profile switches. */
export function fapiProfile(_ctx: KoaContextWithOIDC, client: Client | undefined): '2.0' | undefined {
  return client?.['profile'] === undefined ? undefined : '2.0';
}

/** Reasons that are no secret; the library keeps them, like all of a refused grant, for the log. */
const NOT_PROVIDED = /^(DPoP proof JWT|mutual TLS client certificate) not provided$/;

/** Who wrote the client has to learn what its tokens are bound to. */
export function sayWhatIsMissing(provider: Provider): void {
  provider.on('grant.error', (ctx: KoaContextWithOIDC, { error_detail: detail }) => {
    const body = ctx.body as { error_description?: string } | undefined;
    if (detail && NOT_PROVIDED.test(detail) && body?.error_description) body.error_description = detail;
  });
}

/** A client outside its profile is none, wherever it comes from. @throws InvalidClientMetadata */
export function refuseOutsideProfile(_ctx: unknown, key: string, _value: unknown, metadata: object): void {
  if (key !== 'profile') return;
  const [mistake] = profileMistakes(metadata as Record<string, unknown>);
  if (mistake) throw new errors.InvalidClientMetadata(mistake.what);
}

/** How a client may prove with a signed assertion who it is. @returns the rule; it throws invalid_client */
export function assertionRule(clock: Clock) {
  return (ctx: KoaContextWithOIDC, claims: Claims, header: Header, client: Client): void => {
    refuseCarriedKeys(ctx, claims, header);
    const now = clock.now().getTime() / SECOND;
    if (claims.iat !== undefined && claims.iat > now + FAST_CLOCK)
      throw new errors.InvalidClientAuth('client assertion is issued in the future');
    // One that does not say since when it counts would be good for whoever finds it years from now.
    if ((claims.exp ?? now) > now + ASSERTION_LIFETIME + FAST_CLOCK)
      throw new errors.InvalidClientAuth(`client assertion must expire within ${ASSERTION_LIFETIME} seconds`);
    const { profile } = client;
    if (profile === undefined) return refuseForOthers(claims, ctx.oidc.issuer);
    // Said aloud, unlike other reasons: who wrote the client has to learn what its profile wants.
    const refuse = (what: string) => {
      throw new errors.InvalidClient(`profile ${profile as string}: ${what}`, 'outside of its profile');
    };
    if (!PROFILE_ALGORITHMS.includes(header['alg'] as string))
      refuse(`client assertions are signed with ${PROFILE_ALGORITHMS.join(', ')}`);
    // Section 5.3.2.1: one that was made for another endpoint or server must not pass for this one.
    if (claims.aud !== ctx.oidc.issuer) refuse(`aud of a client assertion is the issuer, ${ctx.oidc.issuer}`);
  };
}

/**
 * Whom an assertion was also made for could come here with it, in the client's name. Libraries name the issuer, the endpoint
 * that they post to, or both.
 */
function refuseForOthers({ aud }: Claims, issuer: string): void {
  const base = issuer.replace(/\/$/, '');
  const isOurs = (each: unknown) =>
    typeof each === 'string' && (each === base || each.startsWith(`${base}/`));
  if (![aud].flat().every(isOurs))
    throw new errors.InvalidClientAuth('client assertion is also made for somebody else');
}

/** FAPI 2.0 Message Signing, section 5.3.1. @throws InvalidRequestObject */
export function requestWithinProfile(claims: Claims, header: Header, client: Client, now: number): void {
  const { profile } = client;
  if (profile === undefined) return;
  const refuse = (what: string) => {
    throw new errors.InvalidRequestObject(`profile ${profile as string}: ${what}`);
  };
  if (!PROFILE_ALGORITHMS.includes(header['alg'] as string))
    refuse(`Request Objects are signed with ${PROFILE_ALGORITHMS.join(', ')}`);
  for (const name of ['exp', 'nbf']) if (claims[name] === undefined) refuse(`Request Object lacks ${name}`);
  if (claims.nbf! < now - HOUR / SECOND) refuse('nbf of a Request Object is at most 60 minutes ago');
}
