import type { Check } from './checks.js';

/** What may stand in one field of an authorization details object. */
export interface DetailsField {
  readonly type: 'text' | 'number' | 'boolean' | 'list';
  /** What the consent page calls it; without one, its name. */
  readonly label?: string;
  readonly required?: boolean;
  /** For a text, and for each text of a list: one of these. */
  readonly values?: readonly string[];
  /** For a number. */
  readonly maximum?: number;
  readonly minimum?: number;
}

export type DetailsFields = Readonly<Record<string, DetailsField>>;

const TYPES: readonly unknown[] = ['text', 'number', 'boolean', 'list'];
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
/** A person has to read it, and it travels in every token. */
const LONGEST_TEXT = 500;
const LONGEST_LIST = 50;
/** RFC 9396, section 2.2: they mean the same in every type, and the library checks their form. */
const COMMON_LISTS: readonly string[] = ['locations', 'actions', 'datatypes', 'privileges'];

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_TEXT && !/\p{C}/u.test(value);

/** For the clients file: the description of the fields of one type. */
export const aFieldSchema: Check = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'write a map of fields';
  for (const [name, field] of Object.entries(value as Record<string, unknown>)) {
    const mend = mistakeIn(name, field);
    if (mend) return `${name}: ${mend}`;
  }
  return undefined;
};

function mistakeIn(name: string, field: unknown): string | undefined {
  if (!NAME.test(name) || name === 'type')
    return 'name a field with letters, digits, _ and -, and not "type"';
  if (typeof field !== 'object' || field === null) return 'write a map, for example {type: text}';
  const { type, label, required, values, maximum, minimum, ...others } = field as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other) return `"${other}" is not known; there are: type, label, required, values, maximum, minimum`;
  if (!TYPES.includes(type)) return `type is one of: ${TYPES.join(', ')}`;
  if (COMMON_LISTS.includes(name) && type !== 'list') return 'this one is always a list (RFC 9396)';
  if (name === 'identifier' && type !== 'text') return 'this one is always a text (RFC 9396)';
  if (label !== undefined && !isText(label)) return 'label is a text';
  if (required !== undefined && typeof required !== 'boolean') return 'required is true or false';
  if (values !== undefined && !(Array.isArray(values) && values.length > 0 && values.every(isText)))
    return 'values is a list of texts';
  const bounds = [maximum, minimum].filter((bound) => bound !== undefined);
  return bounds.every((bound) => Number.isFinite(bound)) ? undefined : 'maximum and minimum are numbers';
}

/** @returns what is wrong with a details object that an application sent, in words for its developer */
export function refusalOfDetails(
  detail: Readonly<Record<string, unknown>>,
  fields: DetailsFields,
): string | undefined {
  for (const name of Object.keys(detail))
    if (name !== 'type' && !Object.hasOwn(fields, name)) return `"${name}" is not a field of this type`;
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(detail, name) ? detail[name] : undefined;
    if (value === undefined) {
      if (field.required) return `"${name}" is missing`;
      continue;
    }
    const refusal = refusalOfValue(value, field);
    if (refusal) return `"${name}" ${refusal}`;
  }
  return undefined;
}

function refusalOfValue(
  value: unknown,
  { type, values, maximum, minimum }: DetailsField,
): string | undefined {
  const among = (text: string) => !values || values.includes(text);
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (type === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
    if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`;
    return minimum !== undefined && value < minimum ? `must be at least ${minimum}` : undefined;
  }
  const texts = type === 'list' ? value : [value];
  if (!Array.isArray(texts) || texts.length > LONGEST_LIST || !texts.every(isText))
    return type === 'list'
      ? 'must be a list of texts'
      : `must be a text of at most ${LONGEST_TEXT} characters`;
  return texts.every(among) ? undefined : `must be among: ${values!.join(', ')}`;
}
