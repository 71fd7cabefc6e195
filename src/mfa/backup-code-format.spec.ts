import { describe, expect, it } from '@jest/globals';
import { isMistyped, newBackupCode, normalizedBackupCode } from './backup-code-format.js';

describe('backup codes', () => {
  it('are four groups of four, of 75 random bits and a check character', () => {
    const codes = new Set(Array.from({ length: 1000 }, newBackupCode));
    expect(codes.size).toBe(1000);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    // Every character of the alphabet turns up: nothing cuts the randomness short.
    expect(new Set([...codes].join('').replaceAll('-', '')).size).toBe(32);
  });

  it.each([
    '7K3F-9QWT-2M0C-81VD',
    '7k3f9qwt2m0c81vd',
    ' 7K3F 9QWT 2MOC 8LVD ',
    '7k3f–9qwt—2moc−8ivd',
    '７Ｋ３Ｆ-9QWT-2M0C-81VD',
    '7K3F.9QWT_2M0C.81VD',
  ])('are forgiving to type: %j', (typed) => {
    expect(normalizedBackupCode(typed)).toBe('7K3F9QWT2M0C81VD');
  });

  it.each([
    '',
    '7K3F-9QWT-2M0C',
    '7K3F-9QWT-2M0C-81VDX',
    '7K3F-9QWT-2M0C-81VU',
    '7K3F-9QWT-2M0C-81V!',
    '0'.repeat(100_000),
  ])('are not seen in %j', (typed) => {
    expect(normalizedBackupCode(typed)).toBeUndefined();
  });

  it('know a slip of the finger: every wrong character, and nearly every swap of two neighbours', () => {
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    let swaps = 0;
    let noticed = 0;
    for (let n = 0; n < 50; n++) {
      const code = normalizedBackupCode(newBackupCode())!;
      expect(isMistyped(code)).toBe(false);
      for (let place = 0; place < code.length; place++) {
        for (const other of alphabet) {
          if (other === code[place]) continue;
          expect(isMistyped(code.slice(0, place) + other + code.slice(place + 1))).toBe(true);
        }
        if (place === 0 || code[place] === code[place - 1]) continue;
        swaps++;
        const swapped = code.slice(0, place - 1) + code[place]! + code[place - 1]! + code.slice(place + 1);
        if (isMistyped(swapped)) noticed++;
      }
    }
    expect(noticed / swaps).toBeGreaterThan(0.97);
  });
});
