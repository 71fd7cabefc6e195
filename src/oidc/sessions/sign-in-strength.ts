import type { Level } from '../../mfa/assurance.js';
import type { SignedInPerson } from './sessions.service.js';

/** What a page or an application asks of the sign-in behind a session. */
export interface DemandedSignIn {
  readonly level: Level;
  /** Milliseconds since it; undefined: however long ago it was. */
  readonly within: number | undefined;
}

/** Whether a sign-in is strong enough, and of a short enough while ago: to the millisecond it still is. */
export function suffices(
  { level, signedInAt }: Pick<SignedInPerson, 'level' | 'signedInAt'>,
  demanded: DemandedSignIn,
  now: Date,
): boolean {
  if (level < demanded.level) return false;
  return demanded.within === undefined || now.getTime() - signedInAt <= demanded.within;
}
