import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { cookieKeys } from './cookie-keys.js';

const SECRET = 'dGhlIHNlY3JldCBvZiB0aGlzIHRhYmxlLCA0MyBjaGFycw';
const own = cookieKeys(SECRET);
/** As cookies were signed before, by the class that comes with the library. */
const before = (data: string) =>
  createHmac('sha1', SECRET)
    .update(data)
    .digest('base64')
    .replace(/[/+=]/g, (each) => ({ '/': '_', '+': '-', '=': '' })[each]!);

describe('the keys of the provider’s cookies', () => {
  it.each(['', 'gatehouse_session=abc', 'ä=ö', 'x'.repeat(4_000)])(
    'sign as before, and take what was signed before: %#',
    (data) => {
      expect(own.sign(data)).toBe(before(data));
      expect(own.index(data, before(data))).toBe(0);
      expect(own.verify(data, before(data))).toBe(true);
    },
  );

  it('take nothing else', () => {
    const signature = own.sign('a=b');
    const wrong = ['', signature.slice(1), `${signature}=`, `${signature}A`, own.sign('a=c'), 'ä'.repeat(27)];
    for (const each of [...wrong, cookieKeys(`${SECRET}x`).sign('a=b')]) {
      expect(own.index('a=b', each)).toBe(-1);
      expect(own.verify('a=b', each)).toBe(false);
    }
  });
});
