import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Jwk } from './algorithms.js';

export interface SignedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A key's object is made once: the key ring hands out the same keys each time. */
const objects = new WeakMap<Jwk, KeyObject>();

/**
 * A JWT that one of these keys has signed, with that key's own algorithm; the header chooses a key by its `kid` and nothing
 * else.
 */
export function signedBy(keys: readonly Jwk[], jwt: string): SignedToken | undefined {
  const [head, payload, signature, more] = jwt.split('.');
  if (!head || !payload || !signature || more !== undefined) return undefined;
  const header = objectOf(head);
  const key = keys.find(({ kid, alg }) => header?.['kid'] === kid && header['alg'] === alg);
  if (!header || !key) return undefined;
  const options = { key: objectFor(key), dsaEncoding: 'ieee-p1363' as const };
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${payload}`),
    options,
    Buffer.from(signature, 'base64url'),
  );
  const claims = isSigned ? objectOf(payload) : undefined;
  return claims && { header, claims };
}

function objectFor(key: Jwk): KeyObject {
  const known = objects.get(key);
  if (known) return known;
  const made = createPublicKey({ key, format: 'jwk' });
  objects.set(key, made);
  return made;
}

function objectOf(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
