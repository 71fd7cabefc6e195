import { defineEntity, p } from '@mikro-orm/core';

/**
 * An application has to be told that a person has answered (CIBA Core, section 10.2). A row is there until that has
 * happened, or until the answer has expired. Plain SQL in ping-notices.ts. Times are epoch milliseconds.
 */
export const PingNoticeSchema = defineEntity({
  name: 'PingNotice',
  tableName: 'ping_notice',
  properties: {
    id: p.string().primary().length(22),
    accountId: p.string().length(22).index(),
    clientId: p.string().length(255),
    /** The request's id and the token that the application is told with. */
    sealedFacts: p.text(),
    tries: p.integer(),
    dueAt: p.bigint('number').index(),
    createdAt: p.bigint('number'),
    expiresAt: p.bigint('number'),
  },
});
