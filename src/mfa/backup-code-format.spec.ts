import { describe, expect, it } from '@jest/globals';
import { newBackupCode, normalizedBackupCode } from './backup-code-format.js';

describe('backup codes', () => {
  it('are four groups of four, of 80 random bits', () => {
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
});
