import { defineEntity, p } from '@mikro-orm/core';

/** The few among many, in the order of the operators' list. */
const FEW = {
  disabled: 'disabled_at is not null',
  leaving: 'deletion_due_at is not null',
  unverified: 'email_verified_at is null',
};

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'account',
  indexes: Object.entries(FEW).map(([name, where]) => ({
    name: `account_${name}_index`,
    properties: ['usernameKey'] as const,
    where,
  })),
  properties: {
    /** The subject identifier: random, never reused, says nothing about the person. */
    id: p.string().primary().length(22),
    username: p.string().length(64),
    /** What is compared: see identifiers.ts. */
    usernameKey: p.string().length(128).unique(),
    email: p.string().length(254),
    emailKey: p.string().length(320).unique(),
    emailVerifiedAt: p.datetime(3).nullable(),
    /** What applications call the person; null: the user name. */
    displayName: p.string().length(100).nullable(),
    /** An argon2id PHC string, or until the first sign-in what an import brought (foreign-hash.ts); null: the account has no password. */
    passwordHash: p.string().length(200).nullable(),
    passwordChangedAt: p.datetime(3).nullable(),
    /** Grows with each change of a second factor; a change is conditional on the number it started from. */
    factorGeneration: p.integer().default(0),
    /** The language the person chose; null: none chosen. */
    locale: p.string().length(16).nullable(),
    /** An IANA time zone, for the times on the person's pages; null: UTC. */
    timeZone: p.string().length(64).nullable(),
    /** E.164, as the person wrote it; it is not verified. */
    phoneNumber: p.string().length(32).nullable(),
    /** The members of OpenID Connect Core, section 5.1.1, without `formatted`, which is made of them. */
    address: p.json().$type<Record<string, string>>().nullable(),
    /** What the person says of themselves, by claim name (details.ts). No rule of an operator's relies on it. */
    details: p.json().$type<Record<string, string>>().nullable(),
    /** What operators say of the person, by claim name: standard claims that have no column, and the house's own. */
    attributes: p.json().$type<Record<string, unknown>>().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    disabledAt: p.datetime(3).nullable(),
    /** The owner asked for the account to be deleted, which happens then; until then it can be kept after all. */
    deletionDueAt: p.datetime(3).nullable().index(),
  },
});

/** A person. Which factors are enrolled is kept by mfa, which sessions exist by the provider's records. */
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);
