import { defineEntity, p } from '@mikro-orm/core';

/** Requests of people who lost every second factor. Plain SQL in recovery.service.ts. Times are epoch milliseconds. */
export const RecoveryRequestSchema = defineEntity({
  name: 'RecoveryRequest',
  tableName: 'recovery_request',
  properties: {
    id: p.string().primary().length(22),
    accountId: p.string().length(22).index(),
    requestedAt: p.bigint('number'),
    /** From when on it may be used; null: not before an operator confirms it; requestedAt: one has. */
    effectiveAt: p.bigint('number').nullable(),
    expiresAt: p.bigint('number').index(),
    /** When it was used or cancelled; null: it is open. */
    endedAt: p.bigint('number').nullable(),
  },
});
