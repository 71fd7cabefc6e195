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
    /** Why the last try was in vain; null: there was none. */
    lastError: p.string().length(300).nullable(),
    /** When it is tried next; while an instance sends it, when another one may take it over. */
    dueAt: p.bigint('number').index(),
    createdAt: p.bigint('number'),
    /** What could not be delivered by then is given up. */
    expiresAt: p.bigint('number'),
  },
});

/**
 * What became of a letter, for operators and for a week: of whom and of what kind it was, and no word of what stood in it.
 */
export const MailOutcomeSchema = defineEntity({
  name: 'MailOutcome',
  tableName: 'mail_outcome',
  indexes: [{ properties: ['result', 'settledAt', 'id'] }],
  properties: {
    /** The letter's own. */
    id: p.string().primary().length(22),
    kind: p.string().length(40),
    /** Null: nobody's, or of an account that is gone. */
    accountId: p.string().length(22).nullable().index(),
    /** sent | given-up | dropped */
    result: p.string().length(10),
    tries: p.integer(),
    lastError: p.string().length(300).nullable(),
    createdAt: p.bigint('number'),
    settledAt: p.bigint('number').index(),
  },
});
