import { eventKind } from '../../kernel/events.js';
import type { AccountChange } from '../../users/events.js';

interface SigningOut extends AccountChange {
  /** Whoever has ended something says so: a sign-out that has ended nothing is not noted. */
  readonly ended: () => void;
}

/** The person wants to be signed in nowhere any more: what is half-way ends as well. */
export const signedOutEverywhere = eventKind<SigningOut>('session.ended-everywhere');
