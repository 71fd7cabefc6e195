import type { ApiFields } from '../../clients/api-draft.js';
import { scopesOfApi } from '../../clients/declarations.service.js';
import { IsOptional, IsString, MaxLength } from '../../http/rules.js';
import { choice, flag, text, type FormPart } from '../console/form-fields.js';
import { tidy, type FormValues } from '../console/merged-form.js';

export const API_PARTS: readonly FormPart[] = [
  {
    name: 'what',
    legend: 'admin.apis.part.what',
    fields: [
      text('name', 'admin.apis.name', 'admin.apis.name-hint'),
      text('scopes', 'admin.apis.scopes', 'admin.apis.scopes-hint', 'lines'),
    ],
  },
  {
    name: 'tokens',
    legend: 'admin.apis.tokens',
    fields: [
      choice('access_token_format', 'admin.apis.format', ['jwt', 'opaque']),
      choice('access_token_signed_response_alg', 'admin.apis.algorithm', ['RS256', 'ES256']),
      text('access_token_lifetime', 'admin.apis.lifetime', 'admin.apis.lifetime-hint', 'number'),
    ],
  },
  {
    name: 'itself',
    legend: 'admin.apis.part.itself',
    fields: [text('client_id', 'admin.apis.client-id', 'admin.apis.client-id-hint')],
  },
  {
    name: 'strangers',
    legend: 'admin.apis.part.strangers',
    fields: [
      flag('undeclared_clients', 'admin.apis.undeclared-clients', 'admin.apis.undeclared-clients-hint'),
    ],
  },
];

const FIELDS = API_PARTS.flatMap(({ fields }) => fields);
const TYPED = ['identifier', ...FIELDS.map(({ name }) => name)];

/** Every field is optional: what is missing is said by the rules of the clients file, at its place. */
export class ApiForm {
  identifier?: string;
  version?: string;
  /** What the form was filled with, as JSON: so that it is known what was typed, when somebody else was faster. */
  seen?: string;
}
for (const name of [...TYPED, 'version', 'seen']) {
  const unusable = { message: 'form.unusable' };
  for (const rule of [IsOptional(), IsString(unusable), MaxLength(20_000, unusable)])
    rule(ApiForm.prototype, name);
}

/** An API's fields as they stand in the form. A choice says what counts where nothing is written. */
export function toForm(fields: ApiFields): FormValues {
  return {
    identifier: textOf(fields['identifier']),
    ...Object.fromEntries(
      FIELDS.map(({ name, options }) => [
        name,
        name === 'scopes' ? scopesAsText(fields) : textOf(ticked(fields[name]) ?? options?.[0]),
      ]),
    ),
  };
}

/**
 * The fields that the form stands for.
 * @param before what it was filled with: what nobody has touched stays as it was written, whatever the form would make of it
 */
export function fromForm(values: FormValues, before: ApiFields): ApiFields {
  const untouched = toForm(before);
  const fields = TYPED.map((name) => {
    const value = tidy(values[name]);
    return [name, value === tidy(untouched[name]) ? before[name] : typed(name, value)] as const;
  });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

function typed(name: string, value: string): unknown {
  if (value === '' || value === FIELDS.find((field) => field.name === name)?.options?.[0]) return undefined;
  if (name === 'scopes') return scopesIn(value);
  if (name === 'undeclared_clients') return value === 'yes';
  // What is no number is refused by the rule of its field.
  return name === 'access_token_lifetime' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

/** One in a line: its name, and after a space what people read. */
function scopesIn(value: string) {
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [, name, description] = /^(\S+)\s*(.*)$/.exec(line) as unknown as [string, string, string];
      return description === '' ? name : { name, description };
    });
}

function scopesAsText(fields: ApiFields): string {
  return scopesOfApi(fields)
    .map(({ name, description }) => (description === undefined ? name : `${name} ${description}`))
    .join('\n');
}

/** As a form has it. */
function ticked(value: unknown): unknown {
  return value === true ? 'yes' : value === false ? undefined : value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
