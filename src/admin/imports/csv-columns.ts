import { ADDRESS_PARTS, OWN_DETAILS } from '../../users/details.js';
import { asObject } from './carried-over.js';
import type { Line } from './gatehouse.reader.js';

const DETAILS: readonly string[] = [...Object.values(OWN_DETAILS), 'phone_number'];
const PARTS: readonly string[] = Object.values(ADDRESS_PARTS);
const FLAGS = ['email_verified', 'disabled'];
const LISTS = ['groups', 'withheld'];
const TEXTS = ['username', 'email', 'display_name', 'locale', 'password_hash'];

/** Every column that there can be (docs/import.md), in the order of an export. */
export const COLUMNS: readonly string[] = [
  ...['username', 'email', 'email_verified', 'disabled', 'display_name', 'locale'],
  ...DETAILS,
  ...PARTS,
  ...['groups', 'attributes', 'password_hash', 'totp', 'withheld'],
];

/** @returns the cells, in that order */
export function cellsOf(line: Line): string[] {
  const details = line.details ?? {};
  const address = asObject(details['address']) ?? {};
  const cell = (column: string): unknown => {
    if (DETAILS.includes(column)) return details[column];
    if (PARTS.includes(column)) return address[column];
    if (column === 'totp') return line.totp?.map(uriOf).join(';');
    if (column === 'attributes') {
      const attributes = line.attributes ?? {};
      return Object.keys(attributes).length > 0 ? JSON.stringify(attributes) : '';
    }
    const value = line[column as keyof Line];
    return Array.isArray(value) ? value.join(';') : value;
  };
  return COLUMNS.map((column) => {
    const value = cell(column);
    return typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : '';
  });
}

/** What a line of JSON would say; a value that cannot be is left as it is written, for its check to refuse. An empty cell says nothing. */
export function fieldsOf(columns: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const [details, address]: Record<string, unknown>[] = [{}, {}];
  columns.forEach((column, index) => {
    const cell = cells[index] ?? '';
    if (cell === '') return;
    if (DETAILS.includes(column)) details![column] = cell;
    else if (PARTS.includes(column)) address![column] = cell;
    else if (TEXTS.includes(column)) fields[column] = cell;
    else if (FLAGS.includes(column))
      fields[column] = cell === 'true' ? true : cell === 'false' ? false : cell;
    else if (LISTS.includes(column)) fields[column] = cell.split(';').map((each) => each.trim());
    else fields[column] = column === 'totp' ? cell.split(';').map(seedOf) : parsed(cell);
  });
  if (Object.keys(address!).length > 0) details!['address'] = address;
  if (Object.keys(details!).length > 0) fields['details'] = details;
  return fields;
}

type ListedSeed = NonNullable<Line['totp']>[number];

/** The form that the QR codes of authenticator apps have. */
function uriOf({ name = '', secret, ...how }: ListedSeed): string {
  const query = new URLSearchParams({ secret, ...mapped(how, String) });
  return `otpauth://totp/${encodeURIComponent(name)}?${query.toString()}`;
}

/** Such a URI, or the base32 alone. */
function seedOf(written: string): unknown {
  const text = written.trim();
  if (!text.startsWith('otpauth:')) return { secret: text };
  if (!URL.canParse(text) || !text.startsWith('otpauth://totp/')) return text;
  const url = new URL(text);
  const { secret, algorithm, digits, period } = Object.fromEntries(url.searchParams);
  try {
    const name = decodeURIComponent(url.pathname.slice(1));
    const how = {
      ...(digits ? { digits: Number(digits) } : {}),
      ...(period ? { period: Number(period) } : {}),
    };
    return { name, secret, ...(algorithm ? { algorithm } : {}), ...how };
  } catch {
    return text;
  }
}

function mapped(object: object, to: (value: unknown) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, to(value)]));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
