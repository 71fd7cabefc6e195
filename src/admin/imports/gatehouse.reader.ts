import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ImportFailure } from './failures.js';
import type { ForeignSeed, Found } from './foreign-user.js';

/** The first line of a file: what it is, and how it is to be read. */
export const HEADER = { format: 'gatehouse-users', version: 1 } as const;

/** A line is one person; nobody needs a longer one. */
const LONGEST_LINE = 65_536;

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isSeed: Check = (value) => {
  if (!isObject(value)) return false;
  const {
    name = '',
    secret,
    algorithm = '',
    digits = 0,
    period = 0,
    ...rest
  } = value as Record<string, unknown>;
  const isKnown = Object.keys(rest).length === 0;
  return [name, secret, algorithm].every(isText) && isNumber(digits) && isNumber(period) && isKnown;
};

/** Every field of a line (docs/import.md). What is unknown is a mistake: it could be what keeps somebody out. */
const FIELDS: Record<string, Check> = {
  username: isText,
  email: isText,
  email_verified: isFlag,
  disabled: isFlag,
  display_name: orNull(isText),
  locale: orNull(isText),
  details: isObject,
  attributes: isObject,
  groups: listOf(isText),
  password_hash: orNull(isText),
  totp: listOf(isSeed),
  withheld: listOf(isText),
};

/** One line of the file, as `export users` writes it. */
export interface Line {
  readonly username: string;
  readonly email: string;
  readonly email_verified?: boolean;
  readonly disabled?: boolean;
  readonly display_name?: string | null;
  readonly locale?: string | null;
  readonly details?: Record<string, unknown>;
  readonly attributes?: Record<string, unknown>;
  readonly groups?: readonly string[];
  readonly password_hash?: string | null;
  readonly totp?: readonly (Omit<ForeignSeed, 'name'> & { readonly name?: string })[];
  /** What the account has and the file has not: `password`, `totp`, `passkeys`. */
  readonly withheld?: readonly string[];
}

/** Our own form: JSON, a line for each person, after a line that says so. It is read a line at a time. */
export async function* readGatehouse(file: string): AsyncGenerator<Found> {
  // No byte is held beyond a line of the largest file that is read at all.
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (number === 1) assertHeader(line);
    else if (line.trim() !== '') yield readLine(line, number);
  }
  if (number === 0) throw otherFormat();
}

function assertHeader(line: string): void {
  const text = line.replace(/^\ufeff/, '');
  const header = text.length <= LONGEST_LINE ? parsed(text) : undefined;
  if (header?.['format'] !== HEADER.format || header['version'] !== HEADER.version) throw otherFormat();
}

function readLine(line: string, number: number): Found {
  const unreadable = (reason: string): Found => ({ kind: 'unreadable', label: `line ${number}`, reason });
  if (line.length > LONGEST_LINE) return unreadable('line-too-long');
  const fields = parsed(line);
  return fields ? readFields(fields, `line ${number}`) : unreadable('not-json');
}

/** @param label what a person is called of whom not even the name is readable */
export function readFields(fields: Record<string, unknown>, label: string): Found {
  const isWrong = Object.entries(fields).some(
    ([name, value]) => !Object.hasOwn(FIELDS, name) || !FIELDS[name]!(value),
  );
  if (isWrong || !('username' in fields) || !('email' in fields))
    return { kind: 'unreadable', label, reason: 'unusable-field' };
  return found(fields as unknown as Line);
}

function found(line: Line): Found {
  const { username, email, details, attributes, groups, withheld = [] } = line;
  const seeds = (line.totp ?? []).map(({ name = '', ...seed }) => ({ name, ...seed }));
  // Nobody comes in by the password alone who needs more where they come from.
  if (seeds.length === 0 && withheld.some((what) => what !== 'password'))
    return { kind: 'unreadable', label: username, reason: 'second-factor-withheld' };
  return {
    kind: 'user',
    user: {
      username,
      email,
      isEmailVerified: line.email_verified ?? false,
      isDisabled: line.disabled ?? false,
      displayName: line.display_name ?? null,
      locale: line.locale ?? null,
      ...(details ? { details } : {}),
      ...(attributes ? { attributes } : {}),
      ...(groups ? { groups } : {}),
      passwordHash: line.password_hash ?? null,
      seeds,
      notes: withheld.filter((what) => what !== 'password').map((what) => `${what}-not-carried-over`),
    },
  };
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function otherFormat(): ImportFailure {
  return new ImportFailure('other-format', `the first line is not ${JSON.stringify(HEADER)}`);
}
