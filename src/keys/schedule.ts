import { DAY, HOUR, MINUTE } from '../kernel/clock.js';

/** What is known of a key, its secret apart. Times are epoch milliseconds. */
export interface KeyFacts {
  readonly kid: string;
  readonly alg: string;
  readonly generation: number;
  readonly createdAt: number;
  /** From when it signs; until then it is only published. */
  readonly activeAt: number;
  readonly revokedAt: number | null;
}

/** In this time every instance has read what another one, or a command, has changed. */
export const EVERYBODY_KNOWS = MINUTE;

/** A key is published for a day on every instance before it signs: no application keeps the JWKS for longer. */
export const LEAD = DAY + EVERYBODY_KNOWS;

/** No client and no API may have a longer lifetime of what is signed for it (clients/client.fields.ts, clients/sections.ts). */
export const LONGEST_TOKEN = DAY;

/** Clocks of instances and applications differ; a key is kept for so much longer. */
const TOLERANCE = HOUR;

/**
 * How long a key is kept after it has signed its last token: until that has expired, and for as long as a session may live,
 * because an application names the session that it signs out by an ID token that may have expired long ago.
 */
export function keptFor(sessionLifetime: number): number {
  return Math.max(LONGEST_TOKEN, sessionLifetime) + TOLERANCE;
}

/** What one running instance has seen of the keys itself: `witness.ts`. */
export interface Seen {
  /** Whether it has published the key for as long as was promised. */
  hasPublished(key: KeyFacts, now: number): boolean;
  /** Whether it signed with the key within this time. */
  hasSignedWithin(key: KeyFacts, time: number): boolean;
}

/** For who was not there: the times in the table are all there is. */
const SAW_NOTHING: Seen = { hasPublished: () => true, hasSignedWithin: () => false };

export interface Roles<Key> {
  readonly signing: Key | undefined;
  /** Published, and signs later. */
  readonly coming: Key[];
  /** Signs no more; what it has signed may still be valid. */
  readonly leaving: Key[];
  /** Taken out by an operator, of whom it is still to be known for a while. */
  readonly revoked: Key[];
  /** Nobody needs it any more. */
  readonly over: Key[];
}

/** What each key of one algorithm is there for at this moment. */
export function rolesOf<Key extends KeyFacts>(
  keys: readonly Key[],
  now: number,
  kept: number,
  seen: Seen = SAW_NOTHING,
): Roles<Key> {
  const inOrder = [...keys].sort((a, b) => a.generation - b.generation);
  const valid = inOrder.filter(({ revokedAt }) => revokedAt === null);
  const place = Math.max(
    valid.findLastIndex((key) => seen.hasPublished(key, now) && key.activeAt <= now),
    // The clock was set back to before any of them: the oldest is the one that applications know.
    0,
  );
  const signing = valid[place];
  const isNeeded = (key: Key, next: Key) => now < next.activeAt + kept || seen.hasSignedWithin(key, kept);
  const earlier = valid.slice(0, place);
  const leaving = earlier.filter((key, index) => isNeeded(key, valid[index + 1]!));
  const revoked = inOrder.filter(({ revokedAt }) => revokedAt !== null && now < revokedAt + kept);
  const over = inOrder.filter((key) =>
    key.revokedAt === null ? earlier.includes(key) && !leaving.includes(key) : !revoked.includes(key),
  );
  return { signing, coming: valid.slice(place + 1), leaving, revoked, over };
}

/**
 * From when the next key is to sign, if it is time to publish it; undefined: not yet, or it is published already.
 * Never sooner than the lead from now on, however late it is.
 */
export function nextActiveAt(keys: readonly KeyFacts[], now: number, period: number): number | undefined {
  const newest = keys
    .filter(({ revokedAt }) => revokedAt === null)
    .reduce<KeyFacts | undefined>((a, b) => (a && a.generation > b.generation ? a : b), undefined);
  if (!newest || newest.activeAt > now) return undefined;
  const due = newest.activeAt + period;
  return now >= due - LEAD ? Math.max(due, now + LEAD) : undefined;
}
