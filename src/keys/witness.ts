import type { Clock } from '../kernel/clock.js';
import type { KeyFacts, Seen } from './schedule.js';

/**
 * What this instance has seen of the keys, measured by time that passes and not by the time of day. A clock that is set
 * forward makes a key due at once: it still signs only after it was published for the time that was promised, and what it
 * follows still stays for as long as its tokens live. After a restart the times in the table count.
 */
export class Witness implements Seen {
  private readonly promised = new Map<string, number>();
  private readonly lastSigned = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  hasPublished({ kid, activeAt }: KeyFacts, now: number): boolean {
    // An operator may bring a key forward: that is another promise.
    const promise = `${kid} ${activeAt}`;
    const elapsed = this.clock.elapsed();
    let until = this.promised.get(promise);
    if (until === undefined) {
      until = elapsed + Math.max(0, activeAt - now);
      this.promised.set(promise, until);
    }
    return elapsed >= until;
  }

  hasSignedWithin({ kid }: KeyFacts, time: number): boolean {
    const last = this.lastSigned.get(kid);
    return last !== undefined && this.clock.elapsed() < last + time;
  }

  signs(kid: string): void {
    this.lastSigned.set(kid, this.clock.elapsed());
  }
}
