import { defineEntity, p } from '@mikro-orm/core';

const ClientSchema = defineEntity({
  name: 'Client',
  tableName: 'client',
  properties: {
    /** client_id */
    id: p.string().primary().length(255),
    /** Who says what it is: the clients file, or the application itself (RFC 7591). */
    origin: p.string().length(20).$type<'file' | 'registered'>().default('file'),
    /** The provider's client metadata without the secret. */
    metadata: p.json().$type<Record<string, unknown>>(),
    sealedSecret: p.text().nullable(),
    /** The one before, which still counts while the application moves to the new one. */
    sealedPreviousSecret: p.text().nullable(),
    /** A data: URL, so that pages need no third party to show it. */
    logo: p.text().nullable(),
    updatedAt: p.datetime(3),
    /** Epoch milliseconds, of one that registered itself. */
    registeredAt: p.bigint('number').nullable().index(),
  },
});

/** A relying application, as the clients file declares it or as it registered itself. */
export class Client extends ClientSchema.class {}
ClientSchema.setClass(Client);
