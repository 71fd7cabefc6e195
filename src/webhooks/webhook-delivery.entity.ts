import { defineEntity, p } from '@mikro-orm/core';

/** What one webhook is told of one event. Plain SQL in the files beside this one. Times are epoch milliseconds. */
export const WebhookDeliverySchema = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_delivery',
  indexes: [
    { properties: ['webhookId', 'dueAt'] },
    { properties: ['webhookId', 'createdAt', 'id'] },
    { properties: ['webhookId', 'state', 'createdAt'] },
  ],
  properties: {
    /** The `webhook-id`: the same one at every try. */
    id: p.string().primary().length(22),
    webhookId: p.string().length(64),
    event: p.string().length(60),
    accountId: p.string().length(22).nullable().index(),
    /** As it was when it happened; null: of nobody, or told. */
    username: p.string().length(64).nullable(),
    /** JSON of what else is told; null: it was told, and is kept no longer. */
    data: p.text().nullable(),
    /** waiting | told | failed */
    state: p.string().length(10),
    tries: p.integer(),
    /** When it is tried next; null: never again. */
    dueAt: p.bigint('number').nullable().index(),
    givesUpAt: p.bigint('number'),
    /** What came of the last try that was in vain. */
    answer: p.string().length(200).nullable(),
    /** When it happened. */
    createdAt: p.bigint('number').index(),
    settledAt: p.bigint('number').nullable(),
  },
});
