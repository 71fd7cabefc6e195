import {
  aBoolean,
  aResource,
  aScopeName,
  aText,
  aWebhookUrl,
  among,
  anObject,
  listOf,
  matching,
  seconds,
  type Fields,
} from './checks.js';
import { CLAIM_NAME } from '../users/attributes.js';
import { GROUP_NAME } from '../users/groups.service.js';
import { STANDARD_SCOPES } from './client-rules.js';
import { aFieldSchema } from './details-fields.js';
import { anEventPattern } from './webhook-events.js';

/** A section of the clients file beside `clients`. */
export interface Section {
  /** The field that names each of its items. */
  readonly key: string;
  /** What one item is called in a message. */
  readonly item: string;
  readonly fields: Fields;
  readonly required: readonly string[];
  /** Fields that are sealed and never shown; each may be named by a file instead (`…_file`). */
  readonly secrets?: readonly string[];
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

/** `true`: the groups themselves. Else what the claim has in it for the members of each. */
const aGroupMapping = (value: unknown) => {
  if (value === true) return undefined;
  const mend = 'write true, or a map from groups to values: {staff: employee}';
  if (anObject(value) || Object.keys(value as object).length === 0) return mend;
  return Object.values(value as object).every((each) => ['string', 'number', 'boolean'].includes(typeof each))
    ? undefined
    : `${mend}; each value a text, a number, true or false`;
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
      undeclared_clients: aBoolean,
    },
  },
  groups: {
    key: 'name',
    item: 'group',
    required: ['name'],
    fields: {
      name: matching(GROUP_NAME, 'write 1 to 64 letters, digits and . _ : / -'),
      description: aText,
    },
  },
  claims: {
    key: 'name',
    item: 'claim',
    required: ['name'],
    fields: {
      name: matching(CLAIM_NAME, 'write 1 to 100 letters, digits and _ . : / -'),
      description: aText,
      attribute: matching(CLAIM_NAME, 'write the name of an attribute'),
      groups: aGroupMapping,
      value: (value: unknown) => (value === null ? 'write a value' : undefined),
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
  webhooks: {
    key: 'id',
    item: 'webhook',
    required: ['id', 'url', 'events'],
    fields: {
      id: matching(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'write 1 to 64 small letters, digits and . _ -'),
      url: aWebhookUrl,
      events: listOf(anEventPattern),
      secret: aText,
      secret_file: aText,
      previous_secret: aText,
      previous_secret_file: aText,
    },
    secrets: ['secret', 'previous_secret'],
  },
} satisfies Record<string, Section>;

export type SectionName = keyof typeof SECTIONS;
