import { ADDRESS_PARTS, OWN_DETAILS, PHONE_NUMBER } from './details.js';

/** Says how to mend a value that cannot be used. */
type Check = (value: unknown) => string | undefined;

const aText: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'write a text');
const anAddress: Check = (value) => {
  const members = ['formatted', ...Object.values(ADDRESS_PARTS)] as string[];
  const mend = `write a JSON object with texts, of: ${members.join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mend;
  return Object.entries(value).every(([name, text]) => members.includes(name) && typeof text === 'string')
    ? undefined
    : mend;
};

/** The standard claims that operators can set: what they say goes before what the person says. */
export const STANDARD_ATTRIBUTES: Record<string, Check> = {
  ...Object.fromEntries(Object.values(OWN_DETAILS).map((name) => [name, aText])),
  phone_number: (value) =>
    typeof value === 'string' && PHONE_NUMBER.test(value) ? undefined : 'write it as +491701234567',
  phone_number_verified: (value) => (typeof value === 'boolean' ? undefined : 'write true or false'),
  address: anAddress,
};

/** The claims of an account itself, and where each is changed instead. */
const KEPT_ELSEWHERE: Record<string, string> = {
  sub: 'it never changes',
  name: 'the person sets it on the profile page',
  preferred_username: 'it is the user name',
  picture: 'the person sets it on the profile page',
  zoneinfo: 'the person sets it on the profile page',
  locale: 'it is the language that the person chose',
  updated_at: 'it says when the account was changed last',
  email: 'email-link changes it',
  email_verified: 'verification-link confirms the address',
  groups: 'group-add and group-remove change it',
};

/** Claims by which a token says what it is: whoever could set one could make a token say anything (RFC 7519 and others). */
export const PROTOCOL_CLAIMS: readonly string[] = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'nonce', 'auth_time', 'acr', 'amr', 'sid'],
  ...[
    'at_hash',
    'c_hash',
    's_hash',
    'cnf',
    'act',
    'may_act',
    'scope',
    'client_id',
    'events',
    'sub_jwk',
    'sub_id',
  ],
  ...['token_type', 'active', 'authorization_details', 'toe', 'txn', 'typ', 'vot', 'vtm', 'trust_chain'],
  ...['_claim_names', '_claim_sources', '__proto__', 'constructor', 'prototype'],
];

/** Names that applications know the claims of an account by; nothing else may go by them. */
export const STANDARD_CLAIMS: readonly string[] = [
  ...Object.keys(KEPT_ELSEWHERE),
  ...Object.keys(STANDARD_ATTRIBUTES),
];

export const CLAIM_NAME = /^[A-Za-z0-9_.:/-]{1,100}$/;

/** An attribute as an operator types it: JSON, or else a text. @returns the value, or what is wrong */
export function readAttribute(
  name: string,
  typed: string,
): { readonly value: unknown } | { readonly mistake: string } {
  const value = valueOf(name, typed);
  const mistake = attributeMistake(name, value);
  return mistake ? { mistake } : { value };
}

/** What is wrong with an attribute, whoever sets it. */
export function attributeMistake(name: string, value: unknown): string | undefined {
  const mistake = nameMistake(name);
  if (mistake) return mistake;
  const mend =
    value === undefined || value === null
      ? 'write a value'
      : Object.hasOwn(STANDARD_ATTRIBUTES, name)
        ? STANDARD_ATTRIBUTES[name]!(value)
        : undefined;
  return mend ? `${name}: ${mend}` : undefined;
}

function nameMistake(name: string): string | undefined {
  if (!CLAIM_NAME.test(name)) return 'write a name of 1 to 100 letters, digits and _ . : / -';
  if (PROTOCOL_CLAIMS.includes(name)) return `"${name}" belongs to the protocol and cannot be set`;
  return Object.hasOwn(KEPT_ELSEWHERE, name)
    ? `"${name}" is no attribute: ${KEPT_ELSEWHERE[name]}`
    : undefined;
}

/** Of a claim that is a text, `+49…` or `007` stay what was typed. */
function valueOf(name: string, typed: string): unknown {
  if (Object.hasOwn(STANDARD_ATTRIBUTES, name) && !['address', 'phone_number_verified'].includes(name))
    return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}
