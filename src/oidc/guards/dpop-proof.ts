import { constants, createPublicKey, hash, verify, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A proof of possession that came with a request to an API of our own (RFC 9449, section 4.3). */
export interface PresentedProof {
  readonly proof: unknown;
  readonly method: string;
  /** The address of the request as the client knows it. */
  readonly url: string;
  readonly token: string;
  /** The thumbprint of the key that the token is bound to. */
  readonly thumbprint: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** Seconds, before and after: so old may a proof be, and so fast a clock. As long its `jti` has to be remembered. */
export const PROOF_WINDOW = 300;

interface Algorithm {
  readonly kty: string;
  readonly crv?: string;
  /** What a thumbprint is made of, in this order (RFC 7638). */
  readonly members: readonly string[];
  readonly isSigned: (key: KeyObject, data: Buffer, signature: Buffer) => boolean;
}

/** The same as at the token endpoint (provider.ts). */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  ES256: {
    kty: 'EC',
    crv: 'P-256',
    members: ['crv', 'kty', 'x', 'y'],
    isSigned: (key, data, signature) => verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature),
  },
  PS256: {
    kty: 'RSA',
    members: ['e', 'kty', 'n'],
    isSigned: (key, data, signature) =>
      verify('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature),
  },
  EdDSA: {
    kty: 'OKP',
    crv: 'Ed25519',
    members: ['crv', 'kty', 'x'],
    isSigned: (key, data, signature) => verify(null, data, key, signature),
  },
};
/** Characters. */
const LONGEST = 4_000;

/** @returns the proof's `jti`, which counts once; or what is wrong */
export function checkProof(presented: PresentedProof): { readonly jti: string } | { readonly wrong: string } {
  const { proof, method, url, token, thumbprint, now } = presented;
  if (typeof proof !== 'string' || proof.length > LONGEST) return { wrong: 'there is no proof' };
  const [head, payload, signature, more] = proof.split('.');
  const header = objectOf(head);
  const claims = objectOf(payload);
  if (!header || !claims || !signature || more !== undefined) return { wrong: 'it is not a JWT' };
  const { typ, alg, jwk } = header as { typ?: unknown; alg?: string; jwk?: Record<string, unknown> };
  if (typ !== 'dpop+jwt') return { wrong: 'its typ is not dpop+jwt' };
  const algorithm = typeof alg === 'string' && Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
  if (!algorithm) return { wrong: `its alg is none of ${Object.keys(ALGORITHMS).join(', ')}` };
  // The key is the token's before anything is computed with it: nobody chooses here what is verified.
  if (thumbprintOf(algorithm, jwk) !== thumbprint) return { wrong: 'the token is bound to another key' };
  if (!isSigned(algorithm, jwk!, `${head}.${payload}`, signature)) return { wrong: 'its signature is wrong' };

  const { htm, htu, ath, iat, jti } = claims;
  if (htm !== method) return { wrong: 'its htm is another method' };
  if (!isSameAddress(htu, url)) return { wrong: 'its htu is another address' };
  if (ath !== hash('sha256', token, 'base64url')) return { wrong: 'its ath is of another token' };
  if (typeof iat !== 'number' || Math.abs(now - iat) > PROOF_WINDOW) return { wrong: 'its iat is not now' };
  return typeof jti === 'string' && jti !== '' ? { jti } : { wrong: 'its jti is missing' };
}

function thumbprintOf({ kty, crv, members }: Algorithm, jwk: unknown): string | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const key = jwk as Record<string, unknown>;
  if (key['kty'] !== kty || (crv !== undefined && key['crv'] !== crv) || 'd' in key) return undefined;
  if (!members.every((name) => typeof key[name] === 'string')) return undefined;
  return hash(
    'sha256',
    JSON.stringify(Object.fromEntries(members.map((name) => [name, key[name]]))),
    'base64url',
  );
}

function isSigned(algorithm: Algorithm, jwk: object, data: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return algorithm.isSigned(key, Buffer.from(data), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

function isSameAddress(htu: unknown, url: string): boolean {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return false;
  const claimed = new URL(htu);
  claimed.search = '';
  claimed.hash = '';
  return claimed.href === new URL(url).href;
}

function objectOf(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
