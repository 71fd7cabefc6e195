import { describe, expect, it } from '@jest/globals';
import { Authenticator } from '../../test/support/authenticator.js';
import { seedOfBytes, usualSeed } from './seed.js';
import { codeDigits, drift, grouped, keyUri, matchingStep, secretFromBytes, sixDigits } from './totp.js';

const RFC_6238_SECRET = secretFromBytes(Buffer.from('12345678901234567890'));
const RFC_6238_SEED = usualSeed(RFC_6238_SECRET);
const at = (seconds: number) => new Date(seconds * 1000);

describe('TOTP', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
  ])('accepts the vector of RFC 6238, appendix B, at %i', async (time, code) => {
    expect(await matchingStep(RFC_6238_SEED, code, at(time))).toBe(Math.floor(time / 30));
  });

  it.each([
    ['SHA1', 20, 59, '94287082'],
    ['SHA256', 32, 59, '46119246'],
    ['SHA512', 64, 59, '90693936'],
    ['SHA256', 32, 1234567890, '91819424'],
    ['SHA512', 64, 2000000000, '38618901'],
  ] as const)(
    'accepts the vectors of %s with a seed of %i bytes, at %i',
    async (algorithm, bytes, time, code) => {
      const secret = seedOfBytes(Buffer.from('1234567890'.repeat(7).slice(0, bytes)));
      const seed = { secret, algorithm, digits: 8, period: 30 } as const;
      expect(await matchingStep(seed, code, at(time))).toBe(Math.floor(time / 30));
      // The last six of the eight are what an app of six digits shows: here they are no code.
      expect(await matchingStep(seed, code.slice(2), at(time))).toBeUndefined();
    },
  );

  it('tells steps of a minute', async () => {
    const app = new Authenticator(RFC_6238_SECRET, { period: 60 });
    const seed = { ...RFC_6238_SEED, period: 60 } as const;
    const now = at(1_700_000_010);
    for (const away of [-1, 0, 1])
      expect(await matchingStep(seed, app.code(now, away), now)).toBe(Math.floor(1_700_000_010 / 60) + away);
    expect(await matchingStep(seed, app.code(now, 2), now)).toBeUndefined();
    expect(await drift(seed, app.code(now, -3), now)).toMatchObject({ direction: 'slow', minutes: 3 });
  });

  it('tolerates one step to either side and says which step it was', async () => {
    const app = new Authenticator(RFC_6238_SECRET);
    const now = at(1_700_000_010);
    const step = Math.floor(1_700_000_010 / 30);
    for (const away of [-1, 0, 1])
      expect(await matchingStep(RFC_6238_SEED, app.code(now, away), now)).toBe(step + away);
    for (const away of [-3, -2, 2, 3])
      expect(await matchingStep(RFC_6238_SEED, app.code(now, away), now)).toBeUndefined();
  });

  it.each<[number, 'slow' | 'fast', number]>([
    [-2, 'slow', 1],
    [-6, 'slow', 3],
    [-20, 'slow', 10],
    [2, 'fast', 1],
    [10, 'fast', 5],
    [20, 'fast', 10],
  ])('recognizes a clock that is %i steps off: %s by %i minutes', async (away, direction, minutes) => {
    const app = new Authenticator(RFC_6238_SECRET);
    const now = at(1_700_000_010);
    const step = Math.floor(1_700_000_010 / 30) + away;
    expect(await drift(RFC_6238_SEED, app.code(now, away), now)).toEqual({ step, direction, minutes });
  });

  it('says nothing of a clock that is further off, or of a code that was never one', async () => {
    const app = new Authenticator(RFC_6238_SECRET);
    const now = at(1_700_000_010);
    for (const away of [-22, 22, 1000])
      expect(await drift(RFC_6238_SEED, app.code(now, away), now)).toBeUndefined();
  });

  it.each([
    ['123456', '123456'],
    [' 123 456 ', '123456'],
    ['123-456', '123456'],
    ['１２３４５６', '123456'],
  ])('reads %j as six digits', (typed, digits) => {
    expect(sixDigits(typed)).toBe(digits);
  });

  it.each(['', '12345', '1234567', '12345a', '١٢٣٤٥٦', '123456\u0000', '-'.repeat(6)])(
    'finds no code in %j',
    (typed) => {
      expect(sixDigits(typed)).toBeUndefined();
    },
  );

  it('takes eight digits where a seed may make eight', () => {
    expect(codeDigits('1234 5678')).toBe('12345678');
    expect(codeDigits('123 456')).toBe('123456');
    for (const typed of ['1234567', '123456789', '1234567a']) expect(codeDigits(typed)).toBeUndefined();
  });

  it('makes a 160-bit secret and a key URI that names service and person', () => {
    expect(RFC_6238_SECRET).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(grouped(RFC_6238_SECRET)).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ');
    const uri = new URL(keyUri(RFC_6238_SECRET, 'Example & Sons', 'ada'));
    expect(decodeURIComponent(uri.pathname)).toContain('Example & Sons:ada');
    expect(uri.searchParams.get('secret')).toBe(RFC_6238_SECRET);
    expect(uri.searchParams.get('issuer')).toBe('Example & Sons');
  });
});
