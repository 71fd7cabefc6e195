import type { Mistake } from '../../kernel/problem.js';
import type { Json } from './schema.js';

const patterns = new Map<string, RegExp>();

/** Everything that is wrong with a value. */
export function mistakesOf(json: Json, value: unknown, at = '#'): Mistake[] {
  const wrong = (detail: string): Mistake[] => [{ at, detail }];
  const types = json.type === undefined ? undefined : [json.type].flat();
  if (types && !types.some((type) => isOf(type, value)))
    return wrong(`has to be ${types.map((type) => WORDS[type] ?? type).join(' or ')}`);
  if (value === null) return [];
  if (json.enum && !json.enum.includes(value))
    return wrong(`has to be one of: ${json.enum.map(String).join(', ')}`);
  if (typeof value === 'string') return ofText(json, value).map((detail) => ({ at, detail }));
  if (typeof value === 'number') return ofNumber(json, value).map((detail) => ({ at, detail }));
  if (Array.isArray(value)) return ofList(json, value, at);
  return typeof value === 'object' ? ofObject(json, value as Record<string, unknown>, at) : [];
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function ofText({ minLength = 0, maxLength, pattern, format }: Json, value: string): string[] {
  const length = [...value].length;
  if (length < minLength)
    return [minLength === 1 ? 'must not be empty' : `has to have at least ${minLength} characters`];
  if (maxLength !== undefined && length > maxLength) return [`has to have at most ${maxLength} characters`];
  if (pattern !== undefined && !patternOf(pattern).test(value)) return [`has to match ${pattern}`];
  if (format === 'date-time' && !isMoment(value)) return ['has to be a moment: 2030-01-31T12:00:00Z'];
  return [];
}

/** RFC 3339. */
function isMoment(value: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

function ofNumber({ minimum = -Infinity, maximum = Infinity }: Json, value: number): string[] {
  return value < minimum || value > maximum ? [`has to be from ${minimum} to ${maximum}`] : [];
}

function ofList({ items, maxItems = Infinity, uniqueItems }: Json, value: unknown[], at: string): Mistake[] {
  if (value.length > maxItems) return [{ at, detail: `has to have at most ${maxItems} items` }];
  if (uniqueItems && new Set(value).size < value.length) return [{ at, detail: 'has something twice' }];
  return items ? value.flatMap((each, n) => mistakesOf(items, each, `${at}/${n}`)) : [];
}

function ofObject(json: Json, value: Record<string, unknown>, at: string): Mistake[] {
  const { properties = {}, required = [], additionalProperties } = json;
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ at: `${at}/${pointer(name)}`, detail: 'is missing' }));
  const wrong = Object.entries(value).flatMap(([name, each]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const place = `${at}/${pointer(name)}`;
    if (known === false) return [{ at: place, detail: 'is not known here' }];
    return known ? mistakesOf(known, each, place) : [];
  });
  return [...missing, ...wrong];
}

/** RFC 6901. What somebody else chose is not repeated at any length. */
export function pointer(name: string): string {
  return name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known) return known;
  const made = new RegExp(pattern, 'u');
  patterns.set(pattern, made);
  return made;
}
