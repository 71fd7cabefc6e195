import { defineEntity, p } from '@mikro-orm/core';

/**
 * The outbox: what is to be told to whom. The letter itself, and a link in it, is made when it is sent, so that nothing here
 * is worth stealing. Plain SQL in outbox.ts and delivery.ts. Times are epoch milliseconds.
 */
export const MailSchema = defineEntity({
  name: 'Mail',
  tableName: 'mail',
  properties: {
    id: p.string().primary().length(22),
    kind: p.string().length(40),
    accountId: p.string().length(22).nullable().index(),
    /** JSON, sealed for this row. */
    sealedFacts: p.text(),
    tries: p.integer(),
    /** When it is tried next; while an instance sends it, when another one may take it over. */
    dueAt: p.bigint('number').index(),
    createdAt: p.bigint('number'),
    /** What could not be delivered by then is given up. */
    expiresAt: p.bigint('number'),
  },
});
