import { defineEntity, p } from '@mikro-orm/core';

/**
 * What each event was when it was chained. Plain SQL in audit-chain.service.ts. Every mark is keyed (audit-chain.marks.ts): who
 * can write the database cannot make one.
 */
export const AuditLinkSchema = defineEntity({
  name: 'AuditLink',
  tableName: 'audit_link',
  properties: {
    /** The event's own id. No foreign key: that an event is missing must be seen, and not prevented. */
    eventId: p.bigint('number').primary().autoincrement(false),
    /** Counts the events without a hole, which their ids do not do. */
    position: p.bigint('number'),
    /** Null: what could tell whose event it was is erased. */
    salt: p.string().length(22).nullable(),
    /** The mark of what can be erased. */
    personal: p.string().length(43),
    /** The mark of the event and of the mark before. */
    hash: p.string().length(43),
  },
});

/** One row: how far the chain goes. Whatever is cut off at either end disagrees with it. */
export const AuditHeadSchema = defineEntity({
  name: 'AuditHead',
  tableName: 'audit_head',
  properties: {
    id: p.integer().primary().autoincrement(false),
    /** Whoever moves it on does the next piece of work. */
    turn: p.bigint('number'),
    lastId: p.bigint('number'),
    position: p.bigint('number'),
    hash: p.string().length(43),
    /** Up to here the log was whole, and has been removed. */
    checkpointId: p.bigint('number'),
    checkpointPosition: p.bigint('number'),
    checkpointHash: p.string().length(43),
    /** 0: nothing was removed yet. */
    checkpointAt: p.bigint('number'),
    checkpointSeal: p.string().length(43),
    seal: p.string().length(43),
  },
});

/** Accounts of which everything personal was erased, as keyed marks: nobody else may empty an event. */
export const AuditErasureSchema = defineEntity({
  name: 'AuditErasure',
  tableName: 'audit_erasure',
  properties: { mark: p.string().primary().length(43) },
});
