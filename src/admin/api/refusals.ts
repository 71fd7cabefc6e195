import { HOUR, SECOND } from '../../kernel/clock.js';
import { Problem, type ProblemKind } from '../../kernel/problem.js';
import type { Acted, Refusal } from '../users/acted.js';

const PROBLEM: Record<Refusal, readonly [ProblemKind, string]> = {
  'may-not-help': ['forbidden', 'the account has a role on the operators’ pages: no program acts on it'],
  'operators-only': ['forbidden', 'only an operator with every right does this'],
  'last-operator': ['forbidden', 'this is the last operator who can sign in'],
  oneself: ['forbidden', 'nobody does this to their own account'],
  'changed-meanwhile': ['conflict', 'the account was changed at this very moment: try again'],
  disabled: ['conflict', 'the account is disabled, and no link works: enable it first'],
  leaving: ['conflict', 'the account is about to be deleted already'],
  'not-leaving': ['conflict', 'the account is not about to be deleted'],
  taken: ['conflict', 'the user name or the e-mail address belongs to another account'],
  'no-mail': ['conflict', 'this server sends no mail'],
  'too-often': ['too-often', 'the mailbox has had its share of letters for now'],
  'no-recovery': ['conflict', 'nobody asked for a recovery of this account'],
  'no-factor': ['not-found', 'the account has no such factor'],
  'no-group': ['not-found', 'there is no such group'],
  'built-in-group': ['forbidden', 'groups that start with "gatehouse-" are roles: no program gives them'],
  'not-member': ['not-found', 'the account is not in this group'],
  'not-set': ['not-found', 'there is no such thing'],
  'no-session': ['not-found', 'the account has no such session'],
  'not-as-seen': ['changed-meanwhile', 'it is not what If-Match stands for any more'],
};

/** What any action may answer beside what it does. */
export const REFUSALS = ['forbidden', 'conflict'] as const satisfies readonly ProblemKind[];

/**
 * What came of an action, where it was done.
 * @param unless refusals that mean that it is already as it should be
 * @throws Problem
 */
export function done<More>(
  acted: Acted<More>,
  unless: readonly Refusal[] = [],
): ({ kind: 'done' } & More) | undefined {
  if (acted.kind === 'done') return acted;
  if (unless.includes(acted.why)) return undefined;
  throw problemOf(acted.why);
}

export function problemOf(why: Refusal): Problem {
  const [kind, detail] = PROBLEM[why];
  return new Problem(kind, detail, kind === 'too-often' ? { retryAfterSeconds: HOUR / SECOND } : {});
}
