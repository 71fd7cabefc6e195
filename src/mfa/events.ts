import { eventKind } from '../kernel/events.js';
import type { Kept } from '../users/events.js';

/** A second factor was added, replaced or removed, or its backup codes were made anew. Everything but `keep` ends. */
export const secondFactorChanged = eventKind<{ accountId: string; keep?: Kept | undefined }>(
  'second-factor.changed',
);
