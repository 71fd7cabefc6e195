/** Characters of what was sent; an address that is longer is nobody's. */
const LONGEST = 500;

/**
 * What is kept of something that anybody may have sent: bounded, without what cannot be seen, without a password in front of a
 * host, and without a fragment, in which tokens travel.
 */
export function kept(sent: unknown): string {
  const text = typeof sent === 'string' ? sent : (JSON.stringify(sent) ?? '');
  return text
    .slice(0, LONGEST * 2)
    .replace(/#.*$/s, '#…')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, '$1…@')
    .slice(0, LONGEST)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

/** Whether it is what was sent, to the letter: then it can be added as it is. */
export function isExact(value: string): boolean {
  return value.length < LONGEST && /^[\x21-\x7e]+$/.test(value);
}
