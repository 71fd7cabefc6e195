import { parse, stringify } from 'yaml';
import { inOrder, type ClientFields } from '../../clients/client-draft.js';
import type { ClientMistake } from '../../clients/client-rules.js';
import { IsOptional, IsString, MaxLength } from '../../http/rules.js';
import type { FormField } from '../console/form-fields.js';
import { tidy, type FormValues } from '../console/merged-form.js';
import { FORM_FIELDS, GRANT_FLAGS, IN_FORM, USUAL_GRANTS, WITHOUT_PKCE } from './client-fields.js';

const TICKED = 'yes';
/** What is typed of everything that has no field of its own. Aliases are for files of a thousand lines. */
const YAML = { maxAliasCount: 0 };

/** Every field is optional: what is missing is said by the rules of the clients file, at its place. */
export class ClientForm {
  client_id?: string;
  version?: string;
  /** What the form was filled with, as JSON: so that it is known what was typed, when somebody else was faster. */
  seen?: string;
  rest?: string;
  /** Which button it was: this one only shows. */
  preview?: string;
}
for (const name of [
  'client_id',
  'version',
  'seen',
  'rest',
  'preview',
  ...FORM_FIELDS.map((field) => field.name),
]) {
  const unusable = { message: 'form.unusable' };
  for (const rule of [IsOptional(), IsString(unusable), MaxLength(20_000, unusable)])
    rule(ClientForm.prototype, name);
}

/** What a form stands for, and what of it cannot be read. */
export interface TypedClient {
  readonly fields: ClientFields;
  readonly mistakes: readonly ClientMistake[];
}

/** A client's fields as they stand in the form. */
export function toForm(fields: ClientFields): FormValues {
  const rest = Object.fromEntries(Object.entries(inOrder(fields)).filter(([name]) => !IN_FORM.has(name)));
  return {
    client_id: textOf(fields['client_id']),
    ...Object.fromEntries(FORM_FIELDS.map((field) => [field.name, shown(field, fields)])),
    rest: Object.keys(rest).length > 0 ? stringify(rest, { lineWidth: 0 }) : '',
  };
}

/**
 * The fields that the form stands for.
 * @param before what it was filled with: what nobody has touched stays as it was written, whatever the form would make of it
 */
export function fromForm(values: FormValues, before: ClientFields): TypedClient {
  const untouched = toForm(before);
  const isUntouched = (name: string) => tidy(values[name]) === tidy(untouched[name]);
  const fields: Record<string, unknown> = { client_id: values['client_id']?.trim() || undefined };
  for (const field of FORM_FIELDS.filter(({ name }) => IN_FORM.has(name)))
    fields[field.name] = isUntouched(field.name)
      ? before[field.name]
      : typed(field, tidy(values[field.name]));
  fields['grant_types'] = Object.keys(GRANT_FLAGS).every(isUntouched)
    ? before['grant_types']
    : grantsIn(values);
  fields['require_pkce'] = isUntouched(WITHOUT_PKCE)
    ? before['require_pkce']
    : values[WITHOUT_PKCE] === TICKED
      ? false
      : undefined;
  const { rest, mistakes } = restOf(values['rest'] ?? '');
  const whole = Object.entries({ ...fields, ...rest }).filter(([, value]) => value !== undefined);
  return { fields: Object.fromEntries(whole), mistakes };
}

function shown({ name, kind, options }: FormField, fields: ClientFields): string {
  // A choice says what counts where nothing is written: what a browser sends of it untouched is nobody's change.
  const value = fields[name] ?? options?.[0];
  if (name in GRANT_FLAGS) {
    const grants = (fields['grant_types'] ?? USUAL_GRANTS) as unknown;
    return Array.isArray(grants) && grants.includes(GRANT_FLAGS[name]) ? TICKED : '';
  }
  if (name === WITHOUT_PKCE) return fields['require_pkce'] === false ? TICKED : '';
  if (kind === 'flag') return value === true ? TICKED : '';
  if (Array.isArray(value)) return value.map(textOf).join(kind === 'words' ? ' ' : '\n');
  return textOf(value);
}

function typed({ kind, options }: FormField, value: string): unknown {
  switch (kind) {
    case 'flag':
      return value === TICKED ? true : undefined;
    case 'lines':
      return list(value, '\n');
    case 'words':
      return list(value, /\s+/);
    case 'number':
      // What is no number is refused by the rule of its field.
      return value === '' ? undefined : /^\d{1,9}$/.test(value) ? Number(value) : value;
    case 'color':
      // Without its sign it is the same colour.
      return value === '' ? undefined : /^[0-9a-f]{6}$/i.test(value) ? `#${value}` : value;
    case 'choice':
      return value === '' || value === options![0] ? undefined : value;
    case 'text':
      return value === '' ? undefined : value;
  }
}

function list(value: string, separator: string | RegExp): string[] | undefined {
  const items = value
    .split(separator)
    .map((each) => each.trim())
    .filter(Boolean);
  return items.length > 0 ? items : undefined;
}

function grantsIn(values: FormValues): string[] | undefined {
  const grants = Object.entries(GRANT_FLAGS)
    .filter(([name]) => values[name] === TICKED)
    .map(([, grant]) => grant);
  return grants.join() === USUAL_GRANTS.join() ? undefined : grants;
}

function restOf(text: string): { rest: ClientFields; mistakes: ClientMistake[] } {
  const mistake = (what: string) => ({ rest: {}, mistakes: [{ field: 'rest', what }] });
  let rest: unknown;
  try {
    rest = parse(text, YAML) ?? {};
  } catch (error) {
    return mistake((error as Error).message.split('\n')[0]!.slice(0, 300));
  }
  if (typeof rest !== 'object' || Array.isArray(rest))
    return mistake('write a map of fields, for example contacts: [ops@example.org]');
  const elsewhere = Object.keys(rest as object).find((name) => IN_FORM.has(name));
  if (elsewhere !== undefined)
    return mistake(`${elsewhere} has a place of its own in this form: write it there`);
  return { rest: rest as ClientFields, mistakes: [] };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
