import type { Config } from '../../config/config.js';
import { HOUR, MINUTE, SECOND } from '../../kernel/clock.js';

/** For so long an application takes an ID token for valid without asking. */
export const ID_TOKEN_LIFETIME = HOUR;

/** Seconds: so long somebody may take to sign in for a request. */
export const INTERACTION_LIFETIME = (30 * MINUTE) / SECOND;

/**
 * How long a session still lives when it is used now, in seconds: each use prolongs the idle time, nothing the whole.
 * @param signedInAt auth_time in epoch seconds; undefined: nobody has signed in yet
 * @param now epoch seconds
 */
export function sessionTtl(
  { sessionIdle, sessionLifetime }: Pick<Config, 'sessionIdle' | 'sessionLifetime'>,
  signedInAt: number | undefined,
  now: number,
): number {
  const left = Math.floor(sessionLifetime / SECOND) - (now - (signedInAt ?? now));
  return Math.max(1, Math.min(Math.floor(sessionIdle / SECOND), left));
}
