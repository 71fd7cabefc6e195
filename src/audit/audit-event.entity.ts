import { defineEntity, p } from '@mikro-orm/core';

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  // The latest of one client, and how many since a day.
  indexes: [{ properties: ['clientId', 'id'] }],
  properties: {
    /** In SQLite such a key is always `integer`; that is no difference to migrate. */
    id: p.bigint('number').primary().autoincrement().ignoreSchemaChanges('type'),
    at: p.datetime(3).index(),
    name: p.string().length(60),
    result: p.string().length(20),
    accountId: p.string().length(22).nullable().index(),
    clientId: p.string().length(255).nullable(),
    factor: p.string().length(20).nullable(),
    address: p.string().length(64).nullable(),
    userAgent: p.string().length(300).nullable(),
    /** Further facts, never a secret. */
    detail: p.json().$type<Record<string, unknown>>().nullable(),
  },
});

/** One authentication event: who, what factor, when (UTC), with what result (ASVS 16.3). */
export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);
