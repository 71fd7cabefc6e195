import { CLAIM_NAME } from '../../users/attributes.js';
import type { Account } from '../../users/account.entity.js';
import type { ListedUser as Listed } from '../users/user-search.js';
import { among, anything, flag, mapOf, moment, nullable, shape, text, type Of } from './schema.js';

/** The identifier of an account: what applications know as `sub`. */
export const UserId = text({
  pattern: '^[A-Za-z0-9_-]{22}$',
  maxLength: 22,
  description: 'The identifier of the account: what applications know as `sub`. It never changes',
});
export const AttributeName = text({
  pattern: CLAIM_NAME.source,
  maxLength: 100,
  description: 'The name of a claim',
});

export const Attributes = mapOf(
  anything('Any JSON'),
  'What operators say of the person, by the names of claims',
);

export const User = shape('User', {
  id: UserId,
  username: text({ maxLength: 64 }),
  email: text({ maxLength: 254, format: 'email' }),
  emailVerified: flag('Whether the address is known to be theirs'),
  displayName: nullable(text({ description: 'What applications call the person; null: the user name' })),
  locale: nullable(text({ description: 'The language that the person chose' })),
  timeZone: nullable(text({ description: 'An IANA time zone, for the times on their pages' })),
  hasPassword: flag('Whether the account has a password'),
  attributes: Attributes,
  createdAt: moment('When the account was made'),
  updatedAt: moment('When it was changed last'),
  disabledAt: nullable(moment('Since when nobody signs in to it; null: it is not disabled')),
  deletionDueAt: nullable(moment('When it will be deleted; null: it stays')),
});

/** As a list has it. */
export const ListedUser = shape('ListedUser', {
  id: UserId,
  username: text({ maxLength: 64 }),
  email: text({ maxLength: 254, format: 'email' }),
  emailVerified: flag('Whether the address is known to be theirs'),
  disabled: flag('Whether nobody signs in to it'),
  leaving: flag('Whether it will be deleted'),
  hasSecondFactor: flag('Whether every sign-in takes two factors'),
  role: nullable(among(['operator', 'help-desk'], 'What the person may do on the operators’ pages')),
  createdAt: moment('When the account was made'),
});

export function userOf(account: Account): Of<typeof User> {
  const { id, username, email, displayName, locale, timeZone, attributes, passwordHash } = account;
  return {
    id,
    username,
    email,
    emailVerified: account.emailVerifiedAt != null,
    displayName: displayName ?? null,
    locale: locale ?? null,
    timeZone: timeZone ?? null,
    hasPassword: passwordHash != null,
    attributes: attributes ?? {},
    createdAt: account.createdAt.toISOString(),
    updatedAt: account.updatedAt.toISOString(),
    disabledAt: account.disabledAt?.toISOString() ?? null,
    deletionDueAt: account.deletionDueAt?.toISOString() ?? null,
  };
}

export function listedUserOf({ role, createdAt, ...user }: Listed): Of<typeof ListedUser> {
  return { ...user, role: role ?? null, createdAt: createdAt.toISOString() };
}
