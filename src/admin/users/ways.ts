import type { Role } from '../../users/operators.service.js';
import type { UserFactsOf } from './user-facts.js';

/** A link on somebody's page to something that can be done for them. */
export interface Way {
  readonly name: string;
  readonly href: string;
  readonly label: string;
  readonly danger: boolean;
}

interface Looking {
  readonly role: Role;
  readonly mayAct: boolean;
  readonly isOneself: boolean;
}

const DANGER = new Set(['disable', 'delete', 'remove-factors', 'sign-out']);

/** What may be offered in the state that the account is in. Whether it may be done is decided when it is (permission.ts). */
export function waysFor(
  user: UserFactsOf,
  { role, mayAct, isOneself }: Looking,
  url: (path: string) => string,
) {
  const operator = role === 'operator';
  const way = (below: 'help' | 'rights', name: string): Way[] => {
    if (!mayAct || (below === 'rights' && !operator)) return [];
    const label = `user-action.${name}.submit`;
    return [{ name, href: url(`/${below}/${name}`), label, danger: DANGER.has(name) }];
  };
  const when = (condition: boolean, ways: Way[]) => (condition ? ways : []);
  const open = user.disabledAt === null;
  return {
    signIn: [
      ...when(open, [...way('help', 'password-link'), ...way('help', 'sign-in-link')]),
      ...when(user.stopped.length > 0, way('help', 'clear-throttle')),
      ...when(user.factors.length > 0 && !isOneself, way('help', 'remove-factors')),
    ],
    address: when(open, [
      ...when(user.emailVerifiedAt === null, way('help', 'verification-link')),
      ...way('help', 'email-link'),
    ]),
    recovery: when(user.recovery !== null, [
      ...when(!isOneself, way('help', 'confirm-recovery')),
      ...way('help', 'refuse-recovery'),
    ]),
    sessions: way('help', 'sign-out'),
    memberships: [
      ...way('rights', 'add-group'),
      ...when(user.groups.length > 0, way('rights', 'remove-group')),
      ...way('rights', 'role'),
    ],
    attributes: [
      ...way('rights', 'set-attribute'),
      ...when(Object.keys(user.attributes).length > 0, way('rights', 'unset-attribute')),
    ],
    state: [
      ...when(!open, way('help', 'enable')),
      ...when(open && !isOneself, way('help', 'disable')),
      ...when(user.deletionDueAt !== null, way('rights', 'keep')),
      ...when(user.deletionDueAt === null && !isOneself, way('rights', 'delete')),
    ],
  };
}
