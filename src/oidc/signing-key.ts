import { AsyncLocalStorage } from 'node:async_hooks';
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import { promisify } from 'node:util';
import type { Jwk } from '../keys/algorithms.js';

const signElsewhere = promisify(sign);

/** Of no request. The work of another thread holds on to the request that it was begun in until old garbage is collected. */
const outOfRequest = AsyncLocalStorage.snapshot();

/** Bytes of a coordinate of P-256. */
const HALF = 32;

/** A key that the provider signs with, on another thread. The library would do so too, by a longer way. */
export class SigningKey extends ExternalSigningKey {
  private readonly half: KeyObject;
  private readonly key: KeyObject;

  constructor(jwk: Jwk) {
    super();
    // The library's own members, which its types show as read only.
    Object.assign(this, { kid: jwk.kid, alg: jwk.alg });
    this.key = createPrivateKey({ key: jwk, format: 'jwk' });
    this.half = createPublicKey(this.key);
  }

  override keyObject(): KeyObject {
    return this.half;
  }

  /** Both algorithms sign the SHA-256 hash (RFC 7518, section 3.1). */
  override async sign(data: Uint8Array): Promise<Uint8Array> {
    const signature = await outOfRequest(signElsewhere, 'sha256', data, this.key);
    return this.alg === 'RS256' ? signature : sideBySide(signature);
  }
}

/**
 * R and S, 32 bytes each (RFC 7518, section 3.4), of the sequence of two integers that a signature is in DER. Node can do it
 * too, and takes longer for it than for the signature.
 */
function sideBySide(der: Buffer): Buffer {
  const sides = Buffer.alloc(2 * HALF);
  let at = 2;
  for (const end of [HALF, 2 * HALF]) {
    const start = at + 2;
    at = start + der[at + 1]!;
    // An integer is shorter where it begins with zeros, and longer by one where it would look negative.
    const digits = der.subarray(Math.max(start, at - HALF), at);
    digits.copy(sides, end - digits.length);
  }
  return sides;
}
