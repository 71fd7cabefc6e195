import { eventKind } from '../../kernel/events.js';
import type { AccountChange } from '../../users/events.js';

/** The person wants to be signed in nowhere any more: what is half-way ends as well. */
export const signedOutEverywhere = eventKind<AccountChange>('session.ended-everywhere');
