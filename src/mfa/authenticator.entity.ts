import { defineEntity, p } from '@mikro-orm/core';

const AuthenticatorSchema = defineEntity({
  name: 'Authenticator',
  tableName: 'authenticator',
  properties: {
    id: p.string().primary().length(22),
    accountId: p.string().length(22).index(),
    /** What its owner calls it; '' where nobody gave it a name. */
    name: p.string().length(60).default(''),
    /** The TOTP seed (base32, and what is unusual about it: seed.ts), sealed for this row. */
    sealedSecret: p.text(),
    /** The last time step (RFC 6238) that was accepted: no step is accepted twice, none before it at all. */
    lastStep: p.bigint('number'),
    /** A step that a person with a wrong clock was told about: it is not accepted when its time comes. */
    refusedStep: p.bigint('number').nullable(),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3).nullable(),
  },
});

/** A confirmed TOTP authenticator. There are no unconfirmed ones: see SecondFactors.offer. */
export class Authenticator extends AuthenticatorSchema.class {}
AuthenticatorSchema.setClass(Authenticator);
