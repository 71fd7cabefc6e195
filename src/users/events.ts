import { eventKind } from '../kernel/events.js';

/** The password was changed. Every session but the one it was changed in ends. */
export const passwordChanged = eventKind<{ accountId: string; keepSessionUid?: string | undefined }>(
  'password.changed',
);

/** The account was disabled or re-enabled by an operator. */
export const accountDisabled = eventKind<{ accountId: string }>('account.disabled');
