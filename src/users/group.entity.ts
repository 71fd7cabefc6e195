import { defineEntity, p } from '@mikro-orm/core';

/** A group that operators put people into; applications learn of it by declared claims. */
export const GroupSchema = defineEntity({
  name: 'Group',
  tableName: 'account_group',
  properties: {
    name: p.string().primary().length(64),
    description: p.string().length(200).nullable(),
    /** Epoch milliseconds. */
    createdAt: p.bigint('number'),
  },
});

/** That an account is in a group. */
export const GroupMemberSchema = defineEntity({
  name: 'GroupMember',
  tableName: 'group_member',
  properties: {
    accountId: p.string().primary().length(22),
    groupName: p.string().primary().length(64).index(),
    /** Epoch milliseconds. */
    addedAt: p.bigint('number'),
  },
});
