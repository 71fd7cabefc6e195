import { defineEntity, p } from '@mikro-orm/core';

/** Who says what something is: the clients file, or operators on their pages. */
export type DeclarationOrigin = 'file' | 'operator';

/**
 * What is declared beside clients: APIs, claims, groups' claims, types of authorization details, webhooks. All of it by the
 * clients file, but for the APIs that operators make.
 */
export const DeclarationSchema = defineEntity({
  name: 'Declaration',
  tableName: 'declaration',
  properties: {
    /** The section of the file. */
    kind: p.string().primary().length(40),
    name: p.string().primary().length(255),
    origin: p.string().length(20).$type<DeclarationOrigin>().default('file'),
    /** How often an operator wrote it: whoever changes it says what they have seen. */
    version: p.integer().default(1),
    body: p.json().$type<Record<string, unknown>>(),
    /** The fields of a webhook that nobody may read, as JSON. */
    sealedSecrets: p.text().nullable(),
  },
});
