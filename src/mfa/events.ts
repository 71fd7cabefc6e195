import { eventKind } from '../kernel/events.js';

/** A second factor was added, replaced or removed, or its backup codes were made anew. Every other session ends. */
export const secondFactorChanged = eventKind<{ accountId: string; keepSessionUid?: string | undefined }>(
  'second-factor.changed',
);
