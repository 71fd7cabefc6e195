/**
 * The canonical forms under which user names and addresses are compared, stored unique, and throttled:
 * case, Unicode compatibility forms and surrounding spaces make no second person and no second counter.
 */
export function usernameKey(username: string): string {
  return canonical(username);
}

export function emailKey(email: string): string {
  return canonical(email);
}

/** No name and no address has control characters; some databases cannot even be asked for them. */
export function isImpossible(key: string): boolean {
  return /\p{Cc}/u.test(key);
}

/** What someone typed to say who they are. A user name never contains "@", so the two kinds cannot be mixed up. */
export function identifierKey(typed: string): { readonly kind: 'username' | 'email'; readonly key: string } {
  const key = canonical(typed);
  return { kind: key.includes('@') ? 'email' : 'username', key };
}

/** Letters and digits of any script, and between them also `.`, `_` and `-`; 2 to 64 characters. */
export const USERNAME = /^(?=.{2,64}$)[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?$/u;

function canonical(text: string): string {
  // Lower-casing may undo the normal form (and the reverse), hence twice.
  return text.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}
