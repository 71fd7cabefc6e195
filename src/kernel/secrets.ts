import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';

/** `bytes` random bytes of the system's CSPRNG as base64url (16 bytes = 128 bits, the least for any identifier that is a secret). */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** SHA-256 as base64url. For values with enough entropy of their own: identifiers and tokens, never passwords. */
export function sha256(value: string): string {
  return hash('sha256', value, 'base64url');
}

/** Compares two strings without telling by its duration where they differ. */
export function constantTimeEqual(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

/** Thrown when a sealed value does not open: another secret, another place, or altered. */
export class CannotOpen extends Error {}

/**
 * Everything that is derived from the one master secret, which lives outside the database.
 * Each purpose has a key of its own (HKDF-SHA-256, RFC 5869), so that a value made for one is worthless for another.
 */
export class Secrets {
  private readonly keys = new Map<string, KeyObject>();

  /** @param master at least 32 random bytes */
  constructor(private readonly master: Buffer) {
    if (master.length < 32) throw new RangeError('the master secret needs at least 32 bytes');
  }

  /** 32 bytes for one purpose; the same purpose gives the same key. */
  key(purpose: string): Buffer {
    return this.prepared(purpose).export();
  }

  /** The same as an object that ciphers take without copying it anew each time. */
  private prepared(purpose: string): KeyObject {
    let key = this.keys.get(purpose);
    if (!key) {
      const bytes = Buffer.from(hkdfSync('sha256', this.master, '', `gatehouse:${purpose}`, 32));
      key = createSecretKey(bytes);
      this.keys.set(purpose, key);
    }
    return key;
  }

  /** HMAC-SHA-256 of `value` under the purpose's key, as bytes. */
  mac(purpose: string, value: string): Buffer {
    return createHmac('sha256', this.prepared(purpose)).update(value).digest();
  }

  /**
   * AES-256-GCM. `place` names the row and column the value belongs to and is authenticated with it:
   * a sealed seed copied into another person's row does not open there.
   */
  seal(plain: string, place: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.prepared('seal'), nonce).setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** @throws CannotOpen */
  open(sealed: string, place: string): string {
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', this.prepared('seal'), bytes.subarray(0, 12))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new CannotOpen(`sealed value of ${place} does not open`, { cause });
    }
  }
}
