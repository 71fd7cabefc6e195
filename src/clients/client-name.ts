/** What an application that nobody has looked at may call itself. */
const LONGEST_NAME = 60;

/** Control, format (bidirectional, zero width), private and unassigned characters, and separators of lines. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Marks piled on a letter cover what stands around it. */
const PILED = /\p{M}{3,}/u;
const LATIN = /\p{Script=Latin}/u;
const LOOKS_LATIN =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}]/u;

/** Letters and digits of other scripts that are drawn as these. */
const DRAWN_AS: Record<string, string> = Object.fromEntries(
  Object.entries({
    a: 'аα',
    b: 'вьβ',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еєε',
    g: 'ɡԍ',
    h: 'һнη',
    i: 'іιı',
    j: 'јϳ',
    k: 'кκ',
    l: '1|ӏ',
    m: 'мμ',
    n: 'пո',
    o: '0оοօ',
    p: 'рρ',
    q: 'ԛ',
    s: 'ѕ5',
    t: 'тτ',
    u: 'υսц',
    v: 'ѵν',
    w: 'ԝω',
    x: 'хχ',
    y: 'уγ',
    z: 'ᴢ',
  }).flatMap(([latin, others]) => [...others].map((each) => [each, latin])),
);

/** In one form, so that two names that look alike are alike. */
export function tidyName(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/gu, ' ');
}

/** @returns how to mend it */
export function nameMistake(name: string): string | undefined {
  if (UNSEEN.test(name)) return 'client_name must not contain characters that cannot be seen';
  const length = [...tidyName(name)].length;
  if (length === 0 || length > LONGEST_NAME)
    return `client_name must be 1 to ${LONGEST_NAME} characters long`;
  if (PILED.test(name.normalize('NFD'))) return 'client_name must not pile up marks';
  if (LATIN.test(name) && LOOKS_LATIN.test(name))
    return 'client_name must not mix letters of scripts that look alike';
  return undefined;
}

/** Whether a name could be taken for one that somebody else has. */
export function looksLike(name: string, others: readonly string[]): boolean {
  const drawn = skeleton(name);
  return drawn !== '' && others.some((other) => skeleton(other) === drawn);
}

function skeleton(name: string): string {
  const bare = name.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  return [...bare]
    .map((letter) => DRAWN_AS[letter] ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('i', 'l');
}
