import { canBeKept } from './checks.js';
import type { ClientMistake, ClientsFileRules } from './client-rules.js';
import { scopesOfApi } from './declarations.service.js';
import { declarationMistakes } from './declaration-rules.js';
import { OWN_SCOPES } from './gatehouse-api.js';
import { SECTIONS } from './sections.js';

/** The fields of an API by the names that the clients file has for them. */
export type ApiFields = Readonly<Record<string, unknown>>;

const FIELDS = SECTIONS.apis.fields;
export const LONGEST_API_NAME = 200;
export const LONGEST_DESCRIPTION = 500;
/** Bytes of all fields together, as JSON: a form brings them twice, as they were and as they are to be. */
const LONGEST = 8_000;
/** What would be more than one line, or turn the text around it. */
const NOT_PLAIN = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Everything that the clients file would be told about these fields, in its words, and what a page has no room for. */
export function apiDraftMistakes(fields: ApiFields, rules: ClientsFileRules): ClientMistake[] {
  if (Buffer.byteLength(JSON.stringify(fields)) > LONGEST)
    return [{ what: `these are more than ${LONGEST} bytes: write less, or declare it in the clients file` }];
  const each = Object.entries(fields).flatMap(([name, value]) => fieldMistake(name, value));
  if (!('identifier' in fields)) each.unshift({ field: 'identifier', what: 'identifier is missing' });
  if (each.length > 0) return each;
  const name = fields['identifier'] as string;
  const declaration = { kind: 'apis' as const, name, body: { ...fields }, line: 1 };
  return [
    ...declarationMistakes(declaration, [], [], rules),
    ...misleadingScopes(fields),
    ...textMistakes(fields),
  ];
}

/** In the order in which the fields are described. */
export function apiInOrder(fields: ApiFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(FIELDS)
      .filter((name) => fields[name] !== undefined)
      .map((name) => [name, fields[name]]),
  );
}

function fieldMistake(name: string, value: unknown): ClientMistake[] {
  const check = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof typeof FIELDS] : undefined;
  if (!check)
    return [{ what: `"${name}" is not a field of an API; there are: ${Object.keys(FIELDS).join(', ')}` }];
  const mend = check(value) ?? (canBeKept(value) ? undefined : 'there is a character that cannot be kept');
  return mend ? [{ field: name, what: `${name}: ${mend}` }] : [];
}

/** They would let do nothing at Gatehouse's own API; whoever reads them could believe it. */
function misleadingScopes(fields: ApiFields): ClientMistake[] {
  const own = scopesOfApi(fields).find(({ name }) => name.startsWith(OWN_SCOPES));
  return own
    ? [
        {
          field: 'scopes',
          what: `scopes: "${own.name}": scopes that start with "${OWN_SCOPES}" are those of the API of Gatehouse itself`,
        },
      ]
    : [];
}

/** People read them when they are asked. */
function textMistakes({ name, scopes = [] }: ApiFields): ClientMistake[] {
  const descriptions = (scopes as (string | { description?: string })[]).map((scope) =>
    typeof scope === 'string' ? '' : (scope.description ?? ''),
  );
  return [
    ...textMistake('name', [(name ?? '') as string], LONGEST_API_NAME),
    ...textMistake('scopes', descriptions, LONGEST_DESCRIPTION),
  ];
}

function textMistake(field: string, texts: readonly string[], longest: number): ClientMistake[] {
  if (texts.some((text) => NOT_PLAIN.test(text)))
    return [{ field, what: `${field}: write one line, without control characters` }];
  if (texts.some((text) => [...text].length > longest))
    return [{ field, what: `${field}: write at most ${longest} characters for people to read` }];
  return [];
}
