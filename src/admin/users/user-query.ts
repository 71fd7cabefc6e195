import { isBuiltInGroup, HELP_DESK, OPERATORS } from '../../users/groups.service.js';
import { emailKey, usernameKey } from '../../users/identifiers.js';

/** Whom the list shows. */
export const SHOWN = [
  'all',
  'active',
  'disabled',
  'no-second-factor',
  'unverified',
  'leaving',
  'operator',
  'help-desk',
] as const;
export type Shown = (typeof SHOWN)[number];

export interface UserQuery {
  /** The beginning of a user name or of an address, in any spelling; or an account's id. */
  readonly term?: string;
  readonly shown?: Shown;
  readonly group?: string;
  /** Where the page before ended: UserPage.next. */
  readonly after?: string;
  /** How many at most; absent: as many as a page shows. */
  readonly limit?: number;
}

/** A condition on the account `a`, and its parameters. */
export interface Condition {
  readonly sql: string;
  readonly params: readonly unknown[];
}

const IN_GROUP = 'EXISTS (SELECT 1 FROM group_member g WHERE g.account_id = a.id AND g.group_name = ?)';
export const HAS_FACTOR = `(EXISTS (SELECT 1 FROM authenticator f WHERE f.account_id = a.id)
  OR EXISTS (SELECT 1 FROM passkey f WHERE f.account_id = a.id))`;

/** Those with an index of their own (account.entity.ts), in the order of user names. */
export const INDEXED: ReadonlySet<Shown> = new Set<Shown>(['disabled', 'unverified', 'leaving']);
const WHERE: Partial<Record<Shown, string>> = {
  // One expression: no index leads to nearly everybody.
  active: 'COALESCE(a.disabled_at, a.deletion_due_at) IS NULL',
  disabled: 'a.disabled_at IS NOT NULL',
  unverified: 'a.email_verified_at IS NULL',
  leaving: 'a.deletion_due_at IS NOT NULL',
  'no-second-factor': `NOT ${HAS_FACTOR}`,
};
const ROLE_GROUP: Partial<Record<Shown, string>> = { operator: OPERATORS, 'help-desk': HELP_DESK };

/** The groups that everybody on the list is in. A role has no other name here. */
export function groupsOf({ shown = 'all', group }: UserQuery): string[] {
  const named = group && !isBuiltInGroup(group) ? [group] : [];
  return [...(ROLE_GROUP[shown] ? [ROLE_GROUP[shown]] : []), ...named];
}

/** @param groups those that are not looked up first */
export function conditionsOf({ shown = 'all' }: UserQuery, groups: readonly string[]): Condition[] {
  const where = WHERE[shown];
  return [
    ...(where ? [{ sql: where, params: [] }] : []),
    ...groups.map((group) => ({ sql: IN_GROUP, params: [group] })),
  ];
}

/** Which of the two keys the list is in the order of: first who is called so, then who only has such an address. */
export type Order = 'username' | 'email';

export const KEY: Record<Order, string> = { username: 'a.username_key', email: 'a.email_key' };

/** After everything that begins with the same. */
const LAST = '\u{10FFFF}';

/** A stretch of the list's order. One bound at either end: of two, a database may take the wider one. */
export interface Stretch {
  readonly order: Order;
  /** Not itself; undefined: from the beginning. */
  readonly after: string | undefined;
  /** Itself too; undefined: to the end. */
  readonly upTo?: string | undefined;
}

/** What of a stretch begins with the term. */
export function stretchOf(term: string, { order, after, upTo }: Stretch): Condition[] {
  const begun = order === 'username' ? usernameKey(term) : emailKey(term);
  const lower = after === undefined ? begun && bound(order, '>=', begun) : bound(order, '>', after);
  const upper = upTo === undefined ? begun && bound(order, '<', begun + LAST) : bound(order, '<=', upTo);
  return [lower, upper].filter((each) => typeof each === 'object');
}

/** Who is called so stands on the list already. */
export function notCalled(term: string): Condition {
  const name = usernameKey(term);
  return { sql: 'NOT (a.username_key >= ? AND a.username_key < ?)', params: [name, name + LAST] };
}

function bound(order: Order, operator: string, key: string): Condition {
  return { sql: `${KEY[order]} ${operator} ?`, params: [key] };
}
