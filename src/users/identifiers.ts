import { domainToASCII } from 'node:url';

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

/**
 * Whose mailbox an address leads to, as far as its spelling tells: what follows a `+` is the owner's own, gmail.com knows no
 * dots, and a domain has two spellings. It counts mails, and is nobody's identity.
 */
export function mailboxKey(email: string): string {
  const [, local = '', domain = ''] = /^(.*)@(.*)$/s.exec(canonical(email)) ?? [undefined, email, ''];
  const host = domainToASCII(domain) || domain;
  const name = local.split('+', 1)[0]!;
  return /^(gmail|googlemail)\.com$/.test(host) ? `${name.replaceAll('.', '')}@gmail.com` : `${name}@${host}`;
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

/** For class-validator's IsEmail. A quoted local part could hold anything, line breaks and other addresses among it. */
export const EMAIL = { blacklisted_chars: '"\\\\' };

/** For class-transformer: spaces around a name, and compatibility forms of its letters, are nobody's intention. */
export function tidied({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? value.normalize('NFKC').trim() : value;
}

function canonical(text: string): string {
  // Lower-casing may undo the normal form (and the reverse), hence twice.
  return text.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}
