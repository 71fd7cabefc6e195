import { randomBytes } from 'node:crypto';

export const BACKUP_CODE_COUNT = 10;
/** From here on the owner is warned. */
export const BACKUP_CODES_LOW = 3;

/** Crockford's base 32: no I, L, O or U, so that what is read aloud or handwritten can still be typed. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 15 x 5 = 75 random bits, and a check character. */
const LENGTH = 16;

/** A fresh code as it is shown: four groups of four. */
export function newBackupCode(): string {
  const random = Array.from(randomBytes(LENGTH - 1), (byte) => ALPHABET[byte % 32]).join('');
  return (random + checkCharacter(random)).match(/.{4}/g)!.join('-');
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

/**
 * Whether a normalized code contradicts its own check character: a slip of the finger. It tells a guesser nothing, since the
 * character follows from the others.
 */
export function isMistyped(code: string): boolean {
  return checkCharacter(code.slice(0, -1)) !== code.at(-1);
}

/** Luhn's algorithm to the base 32: it catches every single wrong character and nearly every swap of two neighbours. */
function checkCharacter(characters: string): string {
  const sum = [...characters].reverse().reduce((total, character, index) => {
    const value = ALPHABET.indexOf(character) * (index % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / 32) + (value % 32);
  }, 0);
  return ALPHABET[(32 - (sum % 32)) % 32]!;
}
