import type { MessageRef } from '../../http/form.js';
import type { Account } from '../../users/account.entity.js';
import type { Actor } from '../actor.js';
import type { Acted } from './acted.js';
import { isRole, type ActionForm, type Asked } from './forms.js';
import type { UserActions } from './user-actions.js';
import type { UserHelp } from './user-help.js';
import type { UserMemberships } from './user-memberships.js';

export interface Services {
  readonly actions: UserActions;
  readonly help: UserHelp;
  readonly memberships: UserMemberships;
}

/** What is shown once, on the page that follows. */
export interface Shown {
  readonly url?: string;
  readonly expiresAt?: Date;
}

/** One action on somebody's account, as a page has it. Its words are the messages `user-action.<name>.heading|text|submit`. */
export interface UserAction {
  readonly asks: readonly Asked[];
  /** It takes something away. */
  readonly danger?: true;
  readonly act: (
    services: Services,
    actor: Actor,
    account: Account,
    form: ActionForm,
  ) => Promise<Acted<Shown>>;
}

/** What the help desk does, too. */
export const HELP_ACTIONS = {
  disable: {
    asks: ['reason'],
    danger: true,
    act: ({ actions }, actor, account, { reason }) => actions.disable(actor, account, reason),
  },
  enable: { asks: [], act: ({ actions }, actor, account) => actions.enable(actor, account) },
  'sign-out': {
    asks: [],
    danger: true,
    act: ({ actions }, actor, account) => actions.signOut(actor, account),
  },
  'password-link': { asks: [], act: ({ help }, actor, account) => help.passwordLink(actor, account) },
  'sign-in-link': { asks: [], act: ({ help }, actor, account) => help.signInLink(actor, account) },
  'verification-link': { asks: [], act: ({ help }, actor, account) => help.verificationLink(actor, account) },
  'email-link': {
    asks: ['email'],
    act: ({ help }, actor, account, { email }) => help.emailLink(actor, account, email!),
  },
  'clear-throttle': {
    asks: ['reason'],
    act: ({ help }, actor, account, { reason }) => help.clearThrottle(actor, account, reason),
  },
  'remove-factors': {
    asks: ['reason'],
    danger: true,
    act: ({ help }, actor, account, { reason }) => help.removeEveryFactor(actor, account, reason),
  },
  'confirm-recovery': {
    asks: ['reason'],
    danger: true,
    act: ({ help }, actor, account, { reason }) => help.confirmRecovery(actor, account, reason),
  },
  'refuse-recovery': { asks: [], act: ({ help }, actor, account) => help.refuseRecovery(actor, account) },
} satisfies Record<string, UserAction>;

/** What only an operator does. */
export const RIGHTS_ACTIONS = {
  delete: {
    asks: ['reason'],
    danger: true,
    act: ({ actions }, actor, account, { reason }) => actions.requestDeletion(actor, account, reason),
  },
  keep: { asks: [], act: ({ actions }, actor, account) => actions.keep(actor, account) },
  'add-group': {
    asks: ['group'],
    act: ({ memberships }, actor, account, { group }) => memberships.addToGroup(actor, account, group!),
  },
  'remove-group': {
    asks: ['own-group'],
    act: ({ memberships }, actor, account, { group }) => memberships.removeFromGroup(actor, account, group!),
  },
  role: {
    asks: ['role'],
    act: ({ memberships }, actor, account, { role }) =>
      memberships.setRole(actor, account, isRole(role) ? role : undefined),
  },
  'set-attribute': {
    asks: ['attribute'],
    act: ({ memberships }, actor, account, { attribute, parsed }) =>
      memberships.setAttribute(actor, account, attribute!, parsed),
  },
  'unset-attribute': {
    asks: ['own-attribute'],
    act: ({ memberships }, actor, account, { attribute }) =>
      memberships.unsetAttribute(actor, account, attribute!),
  },
} satisfies Record<string, UserAction>;

/** Why it was not done, for the page. */
export const REFUSALS: Record<string, MessageRef> = {
  'operators-only': 'user-action.refused.operators-only',
  'last-operator': 'user-action.refused.last-operator',
  oneself: 'user-action.refused.oneself',
  'changed-meanwhile': 'user-action.refused.changed-meanwhile',
  disabled: 'user-action.refused.disabled',
  leaving: 'user-action.refused.leaving',
  'not-leaving': 'user-action.refused.not-leaving',
  taken: 'user-action.refused.taken',
  'no-mail': 'user-action.refused.no-mail',
  'too-often': 'form.mailed-too-often',
  'no-recovery': 'user-action.refused.no-recovery',
  'no-factor': 'user-action.refused.no-factor',
  'no-session': 'user-action.refused.no-session',
  'no-group': 'user-action.refused.no-group',
  'built-in-group': 'user-action.refused.no-group',
  'not-member': 'user-action.refused.no-group',
  'not-set': 'user-action.refused.not-set',
};
