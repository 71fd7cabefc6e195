/** Joins two characters without being seen: what stands around it is no address for a mail program. */
const WORD_JOINER = '\u2060';
const LONGEST = 100;
/** Mail programs make a mailto link of it, which leads nowhere but into a letter to that address. */
const PLAIN_ADDRESS = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/;
/** Numbers stay whole: "Firefox 131.0", "2001:db8::1". */
const MAKES_A_LINK = /\.(?=\p{L})|:(?=\/)|\/(?=\S)/gu;

/**
 * What somebody else typed (a user name, a passkey's name, a browser's), as it may stand in a letter of ours.
 * An attacker writes "evil.example/prize" there to have us send their advertisement to a stranger, whose mail program would
 * make a link of it; or line breaks and direction marks, to write a letter of their own around ours.
 */
export function harmless(value: string): string {
  const line = value
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\p{Cs}\p{Zs}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  const characters = [...line];
  const short = characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}…` : line;
  return PLAIN_ADDRESS.test(short) ? short : short.replace(MAKES_A_LINK, (sign) => sign + WORD_JOINER);
}
