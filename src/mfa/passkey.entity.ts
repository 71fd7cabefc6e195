import { defineEntity, p } from '@mikro-orm/core';

const PasskeySchema = defineEntity({
  name: 'Passkey',
  tableName: 'passkey',
  properties: {
    id: p.string().primary().length(22),
    accountId: p.string().length(22).index(),
    /** WebAuthn's credential id, base64url; at most 1023 bytes. */
    credentialId: p.string().length(1400).unique(),
    /** What its owner calls it. */
    name: p.string().length(60),
    /** COSE key, base64url. */
    publicKey: p.text(),
    /** The authenticator's signature counter; 0: it keeps none. */
    counter: p.bigint('number'),
    /** JSON: how the browser may reach it ("internal", "usb", "hybrid" …). */
    transports: p.json().$type<string[]>(),
    /** Whether it verified its user (PIN, fingerprint) when it was made, and is kept where it was made: only such a one can sign in without a password. */
    verifiesUser: p.boolean(),
    /** Whether it is kept in a place that copies it to other devices. */
    synced: p.boolean(),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3).nullable(),
    /** Its counter went backwards: somebody may have a copy. It is not accepted any more. */
    suspectSince: p.datetime(3).nullable(),
  },
});

/** A WebAuthn credential: a passkey, or a security key. */
export class Passkey extends PasskeySchema.class {}
PasskeySchema.setClass(Passkey);
