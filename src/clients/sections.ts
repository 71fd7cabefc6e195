import {
  aBoolean,
  aResource,
  aScopeName,
  aText,
  among,
  anObject,
  listOf,
  matching,
  seconds,
  type Fields,
} from './checks.js';
import { STANDARD_SCOPES } from './client-rules.js';
import { aFieldSchema } from './details-fields.js';

/** A section of the clients file beside `clients`. */
export interface Section {
  /** The field that names each of its items. */
  readonly key: string;
  /** What one item is called in a message. */
  readonly item: string;
  readonly fields: Fields;
  readonly required: readonly string[];
}

const anApiScope = (value: unknown) => {
  const written = typeof value === 'string' ? value : (value as { name?: unknown } | null)?.name;
  if (STANDARD_SCOPES.includes(written as string))
    return `"${String(written)}" is about people: choose another name`;
  if (typeof value === 'string') return aScopeName(value);
  const { name, description, ...rest } = (value ?? {}) as Record<string, unknown>;
  if (Object.keys(rest).length > 0) return `"${Object.keys(rest)[0]}" is not a field of a scope`;
  return aScopeName(name) ?? (description === undefined ? undefined : aText(description));
};

/** Everything that the clients file can declare beside clients. */
export const SECTIONS = {
  apis: {
    key: 'identifier',
    item: 'API',
    required: ['identifier'],
    fields: {
      identifier: aResource,
      name: aText,
      scopes: listOf(anApiScope),
      access_token_format: among(['jwt', 'opaque']),
      access_token_lifetime: seconds(30, 86_400),
      access_token_signed_response_alg: among(['RS256', 'ES256']),
      client_id: aText,
    },
  },
  groups: {
    key: 'name',
    item: 'group',
    required: ['name'],
    fields: {
      name: matching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/, 'write 1 to 64 letters, digits and . _ : / -'),
      description: aText,
    },
  },
  claims: {
    key: 'name',
    item: 'claim',
    required: ['name'],
    fields: {
      name: matching(/^[A-Za-z0-9_.:/-]{1,100}$/, 'write 1 to 100 letters, digits and _ . : / -'),
      description: aText,
      attribute: aText,
      groups: (value: unknown) => (value === true ? undefined : anObject(value)),
      value: () => undefined,
      scopes: listOf(aScopeName),
      clients: listOf(aText),
      id_token: aBoolean,
    },
  },
  authorization_details_types: {
    key: 'type',
    item: 'type of authorization details',
    required: ['type'],
    fields: { type: aText, name: aText, description: aText, fields: aFieldSchema },
  },
} satisfies Record<string, Section>;

export type SectionName = keyof typeof SECTIONS;
