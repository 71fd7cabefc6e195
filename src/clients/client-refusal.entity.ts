import { defineEntity, p } from '@mikro-orm/core';

/**
 * What applications were refused lately, counted by what they sent. Plain SQL in client-refusals.service.ts.
 * Times are epoch milliseconds.
 */
export const ClientRefusalSchema = defineEntity({
  name: 'ClientRefusal',
  tableName: 'client_refusal',
  properties: {
    /** SHA-256 of client, kind and value. */
    id: p.string().primary().length(43),
    /** '': no client that there is. */
    clientId: p.string().length(255).index(),
    kind: p.string().length(40),
    /** What was sent, or what is said of it; bounded. */
    value: p.text(),
    count: p.bigint('number'),
    firstAt: p.bigint('number'),
    lastAt: p.bigint('number').index(),
  },
});
