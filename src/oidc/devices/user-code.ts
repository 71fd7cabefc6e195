/**
 * Codes that a device shows and a person types: eight of twenty consonants, without a vowel (no words come about), a digit,
 * or a letter that is mistaken for one (RFC 8628, section 6.1).
 */
export const USER_CODE_MASK = '****-****';

/** What is not in the alphabet was misread, or is next to it; for 0 and O there is nothing that they could stand for. */
const MISREAD: Readonly<Record<string, string>> = {
  1: 'L',
  I: 'L',
  2: 'Z',
  5: 'S',
  6: 'G',
  8: 'B',
  U: 'V',
  Y: 'V',
};

/** The code that somebody means: however they write it, small or wide letters, with or without spaces and dashes of any kind. */
export function canonicalUserCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/[125680IUY]/g, (sign) => MISREAD[sign] ?? sign);
}

/** As the device shows it. */
export function shownUserCode(canonical: string): string {
  return `${canonical.slice(0, 4)}-${canonical.slice(4)}`;
}
