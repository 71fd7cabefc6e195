import { describe, expect, it } from '@jest/globals';
import {
  importedSeed,
  isWeakSeed,
  readSeed,
  seedOfBytes,
  usualSeed,
  writtenSeed,
  type Seed,
} from './seed.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a seed of another program', () => {
  it.each([
    [SECRET, SECRET],
    [' gezd gnbv-gy3t qojq gezd gnbv gy3t qojq== ', SECRET],
    // Of 52 letters the last four bits belong to no byte.
    [`${'A'.repeat(51)}B`, 'A'.repeat(52)],
    [`${'A'.repeat(51)}Q`, `${'A'.repeat(51)}Q`],
  ])('is kept as base32 without what is around it: %s', (written, secret) => {
    expect(importedSeed(written)).toEqual(usualSeed(secret));
  });

  it.each([
    ['seed-too-short', 'GEZDGNBV', {}],
    ['seed-too-long', 'A'.repeat(104), {}],
    ['seed-not-base32', 'GEZDGNBVGY3TQOJ1', {}],
    ['seed-not-base32', 'A'.repeat(17), {}],
    ['seed-of-other-kind', SECRET, { digits: 7 }],
    ['seed-of-other-kind', SECRET, { algorithm: 'MD5' }],
    ['seed-with-other-clock', SECRET, { period: 0 }],
    ['seed-with-other-clock', SECRET, { period: NaN }],
  ])('is refused by name: %s', (refusal, written, how) => {
    expect(importedSeed(written, how)).toEqual({ refusal });
  });

  it.each(['SHA256', 'sha-256', 'HmacSHA256'])(
    'may be for %s, in the spelling of its program',
    (algorithm) => {
      const seed = importedSeed(SECRET, { algorithm, digits: 8, period: 60 });
      expect(seed).toEqual({ secret: SECRET, algorithm: 'SHA256', digits: 8, period: 60 });
      expect(readSeed(writtenSeed(seed as Seed))).toEqual(seed);
    },
  );

  it('is weak below the 128 bits of RFC 4226', () => {
    expect(isWeakSeed(usualSeed(seedOfBytes(Buffer.alloc(15, 7))))).toBe(true);
    expect(isWeakSeed(usualSeed(seedOfBytes(Buffer.alloc(16, 7))))).toBe(false);
  });

  it('is stored as before where it is as usual', () => {
    expect(writtenSeed(usualSeed(SECRET))).toBe(SECRET);
    expect(readSeed(SECRET)).toEqual(usualSeed(SECRET));
  });
});
