/** Why something was not done for somebody. Nothing was changed then, and nothing is audited. */
export type Refusal =
  /** The help desk acts on no account that has a role itself. */
  | 'may-not-help'
  /** The help desk changes no groups, roles or attributes, and deletes nobody. */
  | 'operators-only'
  /** Nobody could change anything any more. */
  | 'last-operator'
  /** Whoever does it would shut themselves out: their own account has its own pages. */
  | 'oneself'
  /** Somebody else was quicker, or the owner. */
  | 'changed-meanwhile'
  /** The account is disabled, and no link works. */
  | 'disabled'
  /** It is about to be deleted already. */
  | 'leaving'
  /** It is not about to be deleted. */
  | 'not-leaving'
  /** The user name or the address belongs to an account. */
  | 'taken'
  /** There is no mail server. */
  | 'no-mail'
  /** The mailbox has had its share. */
  | 'too-often'
  | 'no-recovery'
  | 'no-factor'
  | 'no-group'
  /** Built-in groups are roles: setRole. */
  | 'built-in-group'
  | 'not-member'
  | 'not-set'
  /** The account has no such session (any more). */
  | 'no-session'
  /** It is not what whoever asks has seen (If-Match). */
  | 'not-as-seen';

export interface Refused {
  readonly kind: 'refused';
  readonly why: Refusal;
}

/** What came of an action; `More` is what it tells besides. */
export type Acted<More = unknown> = ({ readonly kind: 'done' } & More) | Refused;

export const DONE = { kind: 'done' } as const;

export function refused(why: Refusal): Refused {
  return { kind: 'refused', why };
}
