import { canBeKept } from './checks.js';
import { clientMetadata, clientMistakes, knownScopes } from './client-rules.js';
import type { ClientMistake, ClientsFileRules } from './client-rules.js';
import { CLIENT_FIELDS } from './client.fields.js';
import type { Declaration } from './clients-file.js';
import { GATEHOUSE_API } from './gatehouse-api.js';

/** The fields of a client by the names that the clients file has for them. */
export type ClientFields = Readonly<Record<string, unknown>>;

/** Fields that say where something stands beside the clients file, and secrets: nobody writes them elsewhere. */
const OF_THE_FILE = [
  'client_secret',
  'client_secret_file',
  'previous_client_secret',
  'previous_client_secret_file',
  'logo_file',
];
/** Whether a field is written elsewhere than in the clients file. */
export const isWrittenHere = (field: string): boolean =>
  !OF_THE_FILE.includes(field) && field !== GATEHOUSE_API;

/** Characters of all fields together, as JSON. */
const LONGEST = 40_000;

/** What somebody says a client is to be, who does not write it into the clients file. */
export interface ClientDraft {
  readonly fields: ClientFields;
  readonly hasPreviousSecret?: boolean;
}

export const usesSecret = ({ token_endpoint_auth_method: method = 'client_secret_basic' }: ClientFields) =>
  typeof method === 'string' && method.startsWith('client_secret');

/** The library verifies assertions with one secret: there is none beside it. */
export const takesTwoSecrets = (fields: ClientFields) =>
  usesSecret(fields) && fields['token_endpoint_auth_method'] !== 'client_secret_jwt';

/**
 * Everything that the clients file would be told about these fields, in its words. A secret is made here, so that none can be
 * missing.
 */
export function draftMistakes(
  { fields, hasPreviousSecret = false }: ClientDraft,
  rules: ClientsFileRules,
  declarations: readonly Declaration[],
): ClientMistake[] {
  if (JSON.stringify(fields).length > LONGEST)
    return [{ what: `these are more than ${LONGEST} characters: write less` }];
  const each = Object.entries(fields).flatMap(([name, value]) => fieldMistake(name, value));
  if (each.length > 0) return each;
  const whole = {
    ...fields,
    ...(usesSecret(fields) ? { client_secret: 'x'.repeat(43) } : {}),
    ...(hasPreviousSecret && usesSecret(fields) ? { previous_client_secret: 'x'.repeat(43) } : {}),
  };
  const item = { fields: whole, line: 1, has: (field: string) => field in whole, lineOf: () => 1 };
  return clientMistakes(item, rules, declarations).map(atItsField);
}

function fieldMistake(name: string, value: unknown): ClientMistake[] {
  if (OF_THE_FILE.includes(name))
    return [{ what: `${name} belongs into a clients file: secrets are made here, a logo is uploaded` }];
  // Else a program that may make clients could make one that may do everything.
  if (name === GATEHOUSE_API)
    return [{ field: name, what: `${name}: only the clients file lets a client ask the API of Gatehouse` }];
  const check = Object.hasOwn(CLIENT_FIELDS, name) ? CLIENT_FIELDS[name] : undefined;
  if (!check)
    return [
      {
        what: `"${name}" is not a field of a client; there are: ${Object.keys(CLIENT_FIELDS)
          .filter(isWrittenHere)
          .join(', ')}`,
      },
    ];
  const mend = check(value) ?? (canBeKept(value) ? undefined : 'there is a character that cannot be kept');
  return mend ? [{ field: name, what: `${name}: ${mend}` }] : [];
}

/** Many a rule begins with the name of the field that it is about. */
export function atItsField(mistake: ClientMistake): ClientMistake {
  const [, named] = /^([a-z_]+)\b/.exec(mistake.what) ?? [];
  return mistake.field === undefined && named !== undefined && Object.hasOwn(CLIENT_FIELDS, named)
    ? { field: named, what: mistake.what }
    : mistake;
}

/**
 * What the provider gets. What is declared in the file can go while a client still names it: a scope that nobody knows any more
 * is left out, since the provider would refuse the whole client for it.
 */
export function draftMetadata(
  fields: ClientFields,
  rules: ClientsFileRules,
  declarations: readonly Declaration[],
): Record<string, unknown> {
  const { scope } = fields;
  if (typeof scope !== 'string') return clientMetadata(fields, rules, declarations);
  const known = knownScopes(declarations);
  const left = scope.split(' ').filter((each) => known.includes(each));
  const metadata = clientMetadata({ ...fields, scope: left.join(' ') || 'openid' }, rules, declarations);
  // Where there is no API, there is no list of scopes that a client has of it; the first that there will be holds it to one.
  return 'apis' in fields ? { api_scope: '', ...metadata } : metadata;
}

/** In the order in which the fields are described. */
export function inOrder(fields: ClientFields): Record<string, unknown> {
  const order = Object.keys(CLIENT_FIELDS);
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}
