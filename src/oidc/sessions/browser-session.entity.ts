import { defineEntity, p } from '@mikro-orm/core';

/** From where a session is used. Plain SQL in session-list.service.ts. Times are epoch milliseconds. */
export const BrowserSessionSchema = defineEntity({
  name: 'BrowserSession',
  tableName: 'browser_session',
  properties: {
    /** Fingerprint of the session's uid, as in its record. */
    uid: p.string().primary().length(43),
    accountId: p.string().length(22).index(),
    userAgent: p.string().length(300).nullable(),
    address: p.string().length(64).nullable(),
    startedAt: p.bigint('number'),
    lastUsedAt: p.bigint('number').index(),
  },
});
