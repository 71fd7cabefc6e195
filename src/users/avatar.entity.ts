import { defineEntity, p } from '@mikro-orm/core';

const AvatarSchema = defineEntity({
  name: 'Avatar',
  tableName: 'avatar',
  properties: {
    /** Random, and new with each picture: it stands in the picture's public address. */
    id: p.string().primary().length(22),
    accountId: p.string().length(22).unique(),
    /** A WebP picture that was drawn anew here, never the bytes that were sent. */
    image: p.blob(),
    createdAt: p.datetime(3),
  },
});

/** A person's picture. */
export class Avatar extends AvatarSchema.class {}
AvatarSchema.setClass(Avatar);
