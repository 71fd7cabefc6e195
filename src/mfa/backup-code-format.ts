import { randomBytes } from 'node:crypto';

export const BACKUP_CODE_COUNT = 10;
/** From here on the owner is warned. */
export const BACKUP_CODES_LOW = 3;

/** Crockford's base 32: no I, L, O or U, so that what is read aloud or handwritten can still be typed. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 16 x 5 = 80 bits. */
const LENGTH = 16;

/** A fresh code as it is shown: four groups of four. */
export function newBackupCode(): string {
  const characters = Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % 32]);
  return characters.join('').match(/.{4}/g)!.join('-');
}

/** The code behind what was typed, whatever the case, spaces, dashes, and O for 0 or I and L for 1; undefined: it is none. */
export function normalizedBackupCode(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}_.\u2212]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return code.length === LENGTH && [...code].every((character) => ALPHABET.includes(character))
    ? code
    : undefined;
}
