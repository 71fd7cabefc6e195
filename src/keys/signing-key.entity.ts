import { defineEntity, p } from '@mikro-orm/core';

const SigningKeySchema = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_key',
  uniques: [{ properties: ['alg', 'generation'] }],
  properties: {
    kid: p.string().primary().length(43),
    alg: p.string().length(10),
    /** Instances that start at once on an empty database agree by this number: only one INSERT of it succeeds. */
    generation: p.integer(),
    /** The private JWK, sealed. */
    sealedJwk: p.text(),
    createdAt: p.datetime(3),
    /** Epoch milliseconds from which it signs; until then it is only published. Null: from its making. */
    activeAt: p.bigint('number').nullable(),
    /** Epoch milliseconds at which an operator took it out at once: nothing it signed counts any more. */
    revokedAt: p.bigint('number').nullable(),
  },
});

/** A key that signs tokens; its public half stands in the JWKS. */
export class SigningKey extends SigningKeySchema.class {}
SigningKeySchema.setClass(SigningKey);
