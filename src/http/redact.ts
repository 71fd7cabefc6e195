/** What names of secrets end with, in a form, a query, a header, JSON or a statement. */
const SECRET_NAMES =
  '(?:password|passphrase|secret|token|verifier|assertion|authorization|token_hint|auth_req_id|_csrf|dpop|(?:(?<![a-z])|(?<=%3F))(?:code|seed))';
/** A code that names an error (`ECONNREFUSED`, `SQLITE_BUSY`, `23505`) is what the operator looks for. */
const ERROR_CODE = /^(?:E[A-Z]{3,14}|ERR_[A-Z_]+|SQLITE_[A-Z_]+|\d{5})$/;
// With a space after the colon only where the name stands in quotes: `POST /reset-password: Error` is a route and a cause.
const NAMED = new RegExp(
  `(${SECRET_NAMES}(?:\\s?=\\s?|%3D|\\\\?["']\\s?[=:]\\s?|:)\\\\?["']?)([^\\s"'&,;{}()[\\]\\\\]+)`,
  'gi',
);

/** Each looks at a character a bounded number of times: what somebody typed decides how long the text is. */
const SECRETS: [RegExp, string][] = [
  [/\b(Bearer|Basic|DPoP) +[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  [/((?:cookie|authorization)["']?\s?[=:]\s?).+/gi, '$1[redacted]'],
  // A JWT or JWE, wherever it stands.
  [/(?<![\w-])eyJ[\w-]{4,}(?:\.[\w-]*){1,4}/g, '[redacted]'],
  [/\$(?:argon2|scrypt|pbkdf2)[\w$=,.+/-]+/g, '[redacted]'],
  // A database's or mail server's login.
  [/(:\/\/)[^\s/@"']+@/g, '$1[redacted]@'],
];

/** What JSON leaves as it is, and a terminal or a viewer may obey: DEL, C1 controls, line separators, marks that turn text around. */
const OBEYED = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const LONGEST = 16_384;

/**
 * The second line of defence of the log: the first is that nothing secret is passed to it. An error of a library may carry
 * what it was called with.
 */
export function redacted(text: string): string {
  let result = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
  result = result.replace(NAMED, (all, name: string, value: string) =>
    ERROR_CODE.test(value) ? all : `${name}[redacted]`,
  );
  for (const [pattern, replacement] of SECRETS) result = result.replace(pattern, replacement);
  return result;
}

/** For a line of JSON, in which this is another spelling of the same: nothing in it is obeyed by what shows it. */
export function inertJson(line: string): string {
  return line.replace(OBEYED, escaped);
}

/** For a terminal: colours and cursor movements that somebody typed are shown, not obeyed. */
export function harmlessOnTerminal(text: string): string {
  return inertJson(redacted(text)).replace(/[\u0000-\u0008\u000b-\u001f]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
