import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** What the cookies library asks of the keys it signs with. */
export interface CookieKeys {
  sign(data: string): string;
  verify(data: string, signature: string): boolean;
  /** Which key it was signed with; -1: none. */
  index(data: string, signature: string): number;
}

/**
 * The provider's cookies, signed as the library's own class for that signs them (HMAC-SHA-1, base64url), so that those of
 * before stay valid. That one makes its key anew for each signature, and two more of random ones to compare it.
 */
export function cookieKeys(secret: string): CookieKeys {
  const key = createSecretKey(secret, 'utf8');
  const mac = (data: string) => createHmac('sha1', key).update(data).digest();
  const matches = (data: string, signature: string): boolean => {
    const right = Buffer.from(mac(data).toString('base64url'));
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right);
  };
  return {
    sign: (data) => mac(data).toString('base64url'),
    verify: matches,
    index: (data, signature) => (matches(data, signature) ? 0 : -1),
  };
}
