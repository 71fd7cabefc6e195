import { isLoopback } from '../config/parsers.js';

/** Says how to mend a value that cannot be used. */
export type Check = (value: unknown) => string | undefined;
/** The fields of one kind of declared thing, and what may stand in each. */
export type Fields = Record<string, Check>;

export const aText: Check = (value) =>
  typeof value === 'string' && value.trim() ? undefined : 'write a text';
export const aBoolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'write true or false');
export const aNumber: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 ? undefined : 'write a number of seconds';
export const anObject: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'write a map';

export const seconds =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `write a number of seconds from ${least} to ${most}`;

export const among =
  (choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value as string) ? undefined : `write one of: ${choices.join(', ')}`;

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) ? value.map(check).find(Boolean) : 'write a list';

export const matching =
  (pattern: RegExp, mend: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : mend;

export const aWebUrl: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URL';
  return /^https?:$/.test(new URL(value).protocol) ? undefined : 'write an http(s) URL';
};

export const anHttpsUrl: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URL';
  const { protocol, username, password } = new URL(value);
  if (value.includes('#')) return 'leave out the fragment (#…)';
  if (username || password) return 'leave out user name and password';
  return protocol === 'https:' ? undefined : 'write an https: address';
};

/** Where a webhook leads: in the clear on this machine at most, for whoever writes a receiver. */
export const aWebhookUrl: Check = (value) => {
  const mend = anHttpsUrl(value);
  if (mend === undefined || !URL.canParse(value as string)) return mend;
  const { protocol, hostname, username, password } = new URL(value as string);
  const isOwn = protocol === 'http:' && isLoopback(hostname) && !username && !password;
  return isOwn && !(value as string).includes('#') ? undefined : mend;
};

/** OpenID Connect Back-Channel Logout 1.0, section 2.2. Plain http only inside, and only where the operator allows inside. */
export const aBackchannelUri: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URL';
  const { protocol, username, password } = new URL(value);
  if (value.includes('#')) return 'leave out the fragment (#…)';
  if (username || password) return 'leave out user name and password';
  return protocol === 'https:' || protocol === 'http:' ? undefined : 'write an https: address';
};

/** RFC 9700, section 2.1: compared exactly, and never plain http but on the loopback interface. */
export const aRedirectUri: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URL';
  const { protocol, hostname, hash, username, password } = new URL(value);
  if (hash || value.includes('#')) return 'leave out the fragment (#…)';
  if (username || password) return 'leave out user name and password';
  if (value.includes('*')) return 'wildcards are not possible: list each address exactly';
  if (protocol === 'http:' && !isLoopback(hostname))
    return 'use https: (plain http only for localhost, 127.0.0.1 and [::1])';
  if (/^(javascript|data|vbscript|file|blob|about):$/.test(protocol))
    return 'use an https: address or an app scheme of your own';
  return undefined;
};

/** Spaces, control and format characters, halves of characters. */
const UNWRITTEN = /[\s\p{C}]/u;

/** RFC 8707, section 2: an absolute URI without a fragment. */
export const aResource: Check = (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return 'write an absolute URI';
  // A URL's reader passes over them; a token's audience is compared letter by letter.
  if (UNWRITTEN.test(value)) return 'write an absolute URI without spaces and control characters';
  return value.includes('#') ? 'leave out the fragment (#…)' : undefined;
};

/** What any database can keep: PostgreSQL's JSON has no place for some, and a form or an escape in YAML can bring any. */
export function canBeKept(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, each]) => canBeKept(name) && canBeKept(each));
}

/** RFC 6749, appendix A.4. */
export const aScopeName: Check = matching(
  /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/,
  'write a scope without spaces and quotes',
);
