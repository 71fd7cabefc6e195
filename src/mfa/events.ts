import { eventKind } from '../kernel/events.js';
import type { AccountChange } from '../users/events.js';

/** A second factor was added, replaced or removed, or its backup codes were made anew. */
export const secondFactorChanged = eventKind<AccountChange>('second-factor.changed');
