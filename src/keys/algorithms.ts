import { createHash, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** A key as the JWKS and the provider know it. */
export interface Jwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
}

interface Algorithm {
  readonly make: () => Promise<KeyObject>;
  /** The members of the public half, in the order that its thumbprint wants them (RFC 7638). */
  readonly members: readonly ('crv' | 'e' | 'kty' | 'n' | 'x' | 'y')[];
}

/** What this server signs with: a key of each stands in the JWKS. To sign with another algorithm, add its line. */
export const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  // First is the default of this server's own choice; RS256 is what every client library supports.
  RS256: {
    make: async () => (await generate('rsa', { modulusLength: 3072 })).privateKey,
    members: ['e', 'kty', 'n'],
  },
  ES256: {
    make: async () => (await generate('ec', { namedCurve: 'P-256' })).privateKey,
    members: ['crv', 'kty', 'x', 'y'],
  },
};

/** A new private key. */
export async function makeKey(alg: string): Promise<Jwk> {
  const jwk = (await ALGORITHMS[alg]!.make()).export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(JSON.stringify(publicMembers(alg, jwk)))
    .digest('base64url');
  return { ...jwk, kid, alg, use: 'sig' };
}

/** What of it may be published: the members that are listed, and no others. */
export function publicHalf(jwk: Jwk): Jwk {
  return { ...publicMembers(jwk.alg, jwk), kid: jwk.kid, alg: jwk.alg, use: 'sig' };
}

function publicMembers(alg: string, jwk: JsonWebKey): JsonWebKey {
  return Object.fromEntries(ALGORITHMS[alg]!.members.map((name) => [name, jwk[name]]));
}
