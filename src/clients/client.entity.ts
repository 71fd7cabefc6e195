import { defineEntity, p } from '@mikro-orm/core';

/** Who says what a client is: the clients file, operators on their pages, or the application itself (RFC 7591). */
export type ClientOrigin = 'file' | 'operator' | 'registered';

const ClientSchema = defineEntity({
  name: 'Client',
  tableName: 'client',
  properties: {
    /** client_id */
    id: p.string().primary().length(255),
    origin: p.string().length(20).$type<ClientOrigin>().default('file'),
    /** The provider's client metadata without the secret. */
    metadata: p.json().$type<Record<string, unknown>>(),
    /** Of an operator's client: its fields as a clients file would have them, which `metadata` follows from. */
    declared: p.json().$type<Record<string, unknown>>().nullable(),
    /** How often it was written: whoever changes it says what they have seen. 0: it is being removed, and nobody changes it any more. */
    version: p.integer().default(1),
    sealedSecret: p.text().nullable(),
    /** The one before, which still counts while the application moves to the new one. */
    sealedPreviousSecret: p.text().nullable(),
    /** Epoch milliseconds, of a secret that was made here. */
    secretMadeAt: p.bigint('number').nullable(),
    /** A data: URL, so that pages need no third party to show it. */
    logo: p.text().nullable(),
    updatedAt: p.datetime(3),
    /** Epoch milliseconds, of one that registered itself. */
    registeredAt: p.bigint('number').nullable().index(),
  },
});

/** A relying application, as the clients file or an operator declares it or as it registered itself. */
export class Client extends ClientSchema.class {}
ClientSchema.setClass(Client);
