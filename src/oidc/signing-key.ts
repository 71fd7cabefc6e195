import {
  createPrivateKey,
  createPublicKey,
  sign,
  type KeyObject,
  type SignKeyObjectInput,
} from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import { promisify } from 'node:util';
import type { Jwk } from '../keys/algorithms.js';

const signElsewhere = promisify(sign);

/**
 * A key that the provider signs with. The library would hand each signature to another thread. A signature of an elliptic
 * curve is made faster (50 µs) than it is handed over and back; one of RSA (700 µs) would keep everybody waiting.
 */
export class SigningKey extends ExternalSigningKey {
  private readonly half: KeyObject;
  private readonly key: SignKeyObjectInput;
  private readonly atOnce: boolean;

  constructor(jwk: Jwk) {
    super();
    // The library's own members, which its types show as read only.
    Object.assign(this, { kid: jwk.kid, alg: jwk.alg });
    const key = createPrivateKey({ key: jwk, format: 'jwk' });
    this.half = createPublicKey({ key: jwk, format: 'jwk' });
    // RFC 7518, section 3.4: R and S side by side, not in DER. It means nothing to RSA.
    this.key = { key, dsaEncoding: 'ieee-p1363' };
    this.atOnce = jwk.kty === 'EC';
  }

  override keyObject(): KeyObject {
    return this.half;
  }

  /** Both algorithms sign the SHA-256 hash (RFC 7518, section 3.1). */
  override sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array {
    return this.atOnce ? sign('sha256', data, this.key) : signElsewhere('sha256', data, this.key);
  }
}
