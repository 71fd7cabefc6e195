import { defineEntity, p } from '@mikro-orm/core';

/** WebAuthn challenges, and questions of the doctor, that were answered: none is answered twice. Plain SQL in challenges.ts. Times are epoch milliseconds. */
export const SpentChallengeSchema = defineEntity({
  name: 'SpentChallenge',
  tableName: 'spent_challenge',
  properties: {
    hash: p.string().primary().length(43),
    expiresAt: p.bigint('number').index(),
  },
});
