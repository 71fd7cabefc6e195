import { defineEntity, p } from '@mikro-orm/core';

/**
 * The provider's records (sessions, interactions, codes, tokens, grants), read and written in plain SQL by record.store.ts.
 * Ids are stored as fingerprints: a stolen database holds no session and no token. Times are epoch seconds.
 */
export const OidcRecordSchema = defineEntity({
  name: 'OidcRecord',
  tableName: 'oidc_record',
  properties: {
    /**
     * A plain integer key keeps the pages in order of time, so that the clean-up touches few of them.
     * In SQLite it is always `integer`; that is no difference to migrate.
     */
    seq: p.bigint('number').primary().autoincrement().ignoreSchemaChanges('type'),
    kind: p.string().length(40),
    /** SHA-256 of kind and id. */
    idHash: p.string().length(43).unique(),
    payload: p.text(),
    accountId: p.string().length(22).nullable().index(),
    grantId: p.string().length(43).nullable().index(),
    uid: p.string().length(43).nullable().index(),
    /** Keyed fingerprint of the client it was issued to; '': no one client's; null: written before this column was there. */
    clientId: p.string().length(43).nullable().index(),
    expiresAt: p.bigint('number').nullable().index(),
    consumedAt: p.bigint('number').nullable(),
  },
});
