import { SECOND, type Clock } from '../../kernel/clock.js';
import type { KeyRing } from '../../keys/key-ring.service.js';
import { signedBy } from '../../keys/signature.js';

export interface OwnJwtParts {
  readonly keys: Pick<KeyRing, 'published'>;
  readonly clock: Clock;
}

/** The claims of an access token of ours (RFC 9068, section 2.2). */
export interface OwnClaims {
  readonly jti: string;
  readonly sub: string;
  readonly client_id: string;
  readonly iat: number;
  readonly exp: number;
  readonly [claim: string]: unknown;
}

/**
 * What a JWT access token of ours says, if it is one and counts now as far as that is to be seen from it.
 * @returns undefined also where its key has been revoked
 */
export function claimsOfOwn(
  { keys, clock }: OwnJwtParts,
  issuer: string,
  jwt: string,
): OwnClaims | undefined {
  const token = signedBy(keys.published, jwt);
  const claims = token?.claims as OwnClaims | undefined;
  if (!claims || token?.header['typ'] !== 'at+jwt' || claims['iss'] !== issuer) return undefined;
  return claims.exp > clock.now().getTime() / SECOND ? claims : undefined;
}
