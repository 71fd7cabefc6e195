import { defineEntity, p } from '@mikro-orm/core';

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  // Each ends with the number, so that a filter's newest events are found without sorting all of them (audit-log.filter.ts).
  indexes: [
    { properties: ['accountId', 'id'] },
    { properties: ['name', 'id'] },
    { properties: ['clientId', 'id'] },
    {
      name: 'audit_event_failed_index',
      expression: `create index "audit_event_failed_index" on "audit_event" ("result", "id") where "result" <> 'success'`,
    },
    {
      name: 'audit_event_by_index',
      expression: `create index "audit_event_by_index" on "audit_event" ((detail ->> 'by'), "id") where (detail ->> 'by') is not null`,
    },
  ],
  properties: {
    /** In SQLite such a key is always `integer`; that is no difference to migrate. */
    id: p.bigint('number').primary().autoincrement().ignoreSchemaChanges('type'),
    at: p.datetime(3).index(),
    name: p.string().length(60),
    result: p.string().length(20),
    accountId: p.string().length(22).nullable(),
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
