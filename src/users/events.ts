import { eventKind } from '../kernel/events.js';

/** Where a change was made: that session, or that sign-in in progress, goes on; every other one ends. */
export interface Kept {
  readonly sessionUid?: string | undefined;
  readonly attemptId?: string;
}

/** The password was changed. */
export const passwordChanged = eventKind<{ accountId: string; keep?: Kept | undefined }>('password.changed');

/** The account was disabled by an operator: everything ends. */
export const accountDisabled = eventKind<{ accountId: string }>('account.disabled');
