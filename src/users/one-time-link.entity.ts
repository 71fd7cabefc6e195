import { defineEntity, p } from '@mikro-orm/core';

/** Links in mails. Plain SQL in one-time-links.ts. Times are epoch milliseconds. */
export const OneTimeLinkSchema = defineEntity({
  name: 'OneTimeLink',
  tableName: 'one_time_link',
  properties: {
    /** SHA-256 of the token in the link. */
    hash: p.string().primary().length(43),
    purpose: p.string().length(30),
    accountId: p.string().length(22).index(),
    /** Canonical form of the address that the link was sent to. It stays reserved while an undo link for it lives. */
    addressKey: p.string().length(320).index(),
    /** JSON: what else the link stands for. */
    detail: p.text(),
    createdAt: p.bigint('number'),
    expiresAt: p.bigint('number').index(),
    usedAt: p.bigint('number').nullable(),
  },
});
