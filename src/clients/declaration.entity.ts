import { defineEntity, p } from '@mikro-orm/core';

/** What the clients file declares beside clients: APIs, claims, groups' claims, types of authorization details, webhooks. */
export const DeclarationSchema = defineEntity({
  name: 'Declaration',
  tableName: 'declaration',
  properties: {
    /** The section of the file. */
    kind: p.string().primary().length(40),
    name: p.string().primary().length(255),
    body: p.json().$type<Record<string, unknown>>(),
    /** The fields of a webhook that nobody may read, as JSON. */
    sealedSecrets: p.text().nullable(),
  },
});
