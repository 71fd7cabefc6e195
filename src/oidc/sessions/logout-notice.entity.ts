import { defineEntity, p } from '@mikro-orm/core';

/**
 * What an application has to be told, or cannot be told, about a session that ended (OpenID Connect Back-Channel Logout).
 * Plain SQL in logout-notices.service.ts. Times are epoch milliseconds.
 */
export const LogoutNoticeSchema = defineEntity({
  name: 'LogoutNotice',
  tableName: 'logout_notice',
  indexes: [
    {
      name: 'logout_notice_failed_index',
      expression: `create index "logout_notice_failed_index" on "logout_notice" ("settled_at", "id") where "state" = 'failed'`,
    },
  ],
  properties: {
    /** Also the logout token's `jti`: the same one at every try. */
    id: p.string().primary().length(22),
    /** What ended together is shown together. */
    receiptId: p.string().length(22).index(),
    accountId: p.string().length(22).index(),
    clientId: p.string().length(255),
    /** The application's `sid`; null: every session of the subject. */
    sid: p.string().length(64).nullable(),
    /** waiting | told | failed | cannot */
    state: p.string().length(10),
    tries: p.integer(),
    /** Why the last try was in vain; null: there was none. */
    lastError: p.string().length(300).nullable(),
    /** When it is tried next; null: never again. */
    dueAt: p.bigint('number').nullable().index(),
    /** Until when a token that the application holds may still be taken for valid; null: there is none. */
    tokenUntil: p.bigint('number').nullable(),
    createdAt: p.bigint('number').index(),
    settledAt: p.bigint('number').nullable(),
  },
});
