import { defineEntity, p } from '@mikro-orm/core';

const ClientSchema = defineEntity({
  name: 'Client',
  tableName: 'client',
  properties: {
    /** client_id */
    id: p.string().primary().length(255),
    /** The provider's client metadata without the secret. */
    metadata: p.json().$type<Record<string, unknown>>(),
    sealedSecret: p.text().nullable(),
    /** A data: URL, so that pages need no third party to show it. */
    logo: p.text().nullable(),
    updatedAt: p.datetime(3),
  },
});

/** A relying application, as declared in the clients file. */
export class Client extends ClientSchema.class {}
ClientSchema.setClass(Client);
