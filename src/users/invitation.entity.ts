import { defineEntity, p } from '@mikro-orm/core';

/**
 * Links that let somebody register where registration is closed: one person, or the first operator. Plain SQL in
 * invitations.ts and set-up-links.ts. Times are epoch milliseconds.
 */
export const InvitationSchema = defineEntity({
  name: 'Invitation',
  tableName: 'invitation',
  properties: {
    /** SHA-256 of the token in the link. */
    hash: p.string().primary().length(43),
    /** To name it by, whatever its token is; null: the set-up link. */
    id: p.string().length(22).nullable().unique(),
    /** Whom it is for, where that was said. Its link is made anew when the letter to that address is sent. */
    email: p.string().length(254).nullable(),
    /** `person` or `operator` */
    kind: p.string().length(10),
    /** The set-up link's token is made of this and the master secret, so that it can be printed again. */
    nonce: p.string().length(22).nullable(),
    /** The operator who made it; null: the shell, or the start. */
    accountId: p.string().length(22).nullable().index(),
    createdAt: p.bigint('number'),
    expiresAt: p.bigint('number').index(),
    usedAt: p.bigint('number').nullable(),
  },
});
