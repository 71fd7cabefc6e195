import { MINUTE } from '../kernel/clock.js';

/**
 * What is counted. Every second factor shares one counter: another kind gives no fresh budget.
 * `mail` is what anybody can have sent to a mailbox, `notice` what an address is told that nobody ever confirmed;
 * `user-code` is the code that a device shows, tried in one browser, from one address, by everyone;
 * `login-hint` is a name that an application asks about, and that nobody has; `invitation` is a registration by whom it lets
 * register, who is told when a name is taken.
 */
export type ThrottledFactor =
  | 'password'
  | 'second-factor'
  | 'mail'
  | 'notice'
  | 'user-code'
  | 'user-code-address'
  | 'user-code-everyone'
  | 'login-hint'
  | 'invitation';

interface Limit {
  /** Checks in `WINDOW`. */
  readonly checks: number;
  /** Checks without any success, after which another factor or an operator has to clear the way (NIST SP 800-63B-4, 3.2.2). */
  readonly consecutive: number;
}

export const WINDOW = 15 * MINUTE;

/** The column's greatest number. */
const NEVER = 2_147_483_647;

export const LIMITS: Record<ThrottledFactor, Limit> = {
  password: { checks: 10, consecutive: 100 },
  'second-factor': { checks: 5, consecutive: 100 },
  // Nothing can be guessed by it: there is no hard stop.
  mail: { checks: 3, consecutive: NEVER },
  notice: { checks: 12, consecutive: NEVER },
  // One of 20^8 codes is guessed. Only a great many addresses together could stop everybody.
  'user-code': { checks: 10, consecutive: NEVER },
  'user-code-address': { checks: 50, consecutive: NEVER },
  'user-code-everyone': { checks: 10_000, consecutive: NEVER },
  'login-hint': { checks: 30, consecutive: NEVER },
  invitation: { checks: 10, consecutive: 30 },
};

export interface Count {
  readonly checks: number;
  readonly consecutive: number;
  /** Epoch milliseconds of the last check that was let through. */
  readonly lastAt: number;
}

export type Verdict =
  | { readonly allowed: true; readonly next: Count }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/**
 * Whether one more check may be made. Counting starts afresh only after a whole window without a check, so no interval of
 * that length ever holds more than the limit; a refused check is not counted, so refusals never prolong the wait.
 * The same rule stands as one SQL statement in throttle.service.ts, which decides; a test holds the two equal.
 */
export function verdict(factor: ThrottledFactor, count: Count | undefined, now: number): Verdict {
  const limit = LIMITS[factor];
  if (!count) return { allowed: true, next: { checks: 1, consecutive: 1, lastAt: now } };
  if (count.consecutive >= limit.consecutive) return { allowed: false, retryAfterSeconds: WINDOW / 1000 };
  const next = { consecutive: count.consecutive + 1, lastAt: now };
  if (isQuiet(count.lastAt, now)) return { allowed: true, next: { ...next, checks: 1 } };
  if (count.checks < limit.checks) return { allowed: true, next: { ...next, checks: count.checks + 1 } };
  return { allowed: false, retryAfterSeconds: Math.ceil((count.lastAt + WINDOW - now) / 1000) };
}

/** Where many share a count there is never a quiet window: then each window has a count of its own, under this number. */
export function windowOf(now: number): number {
  return Math.floor(now / WINDOW);
}

/** A whole window without a check; or a check far in the future, which only a clock that ran ahead can have written. */
function isQuiet(lastAt: number, now: number): boolean {
  return lastAt <= now - WINDOW || lastAt > now + WINDOW;
}
