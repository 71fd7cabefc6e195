import { defineEntity, p } from '@mikro-orm/core';

/** How far an interaction has come: who, and what was proven when. Plain SQL in attempt.store.ts. Times are epoch milliseconds. */
export const AttemptSchema = defineEntity({
  name: 'SignInAttempt',
  tableName: 'sign_in_attempt',
  properties: {
    /** Fingerprint of the interaction's uid. */
    id: p.string().primary().length(43),
    /** Fingerprint of the token that the browser got with the first proof. */
    token: p.string().length(43),
    accountId: p.string().length(22).nullable().index(),
    /** JSON: [{factor, at}] */
    proofs: p.text(),
    /** Each change is conditional on the version it read, so that parallel posts cannot mix two people's proofs. */
    version: p.integer(),
    createdAt: p.bigint('number'),
    expiresAt: p.bigint('number').index(),
  },
});
