import { MINUTE, type Clock } from '../../kernel/clock.js';

const IN_A_MINUTE = 60;
const OF_AN_ADDRESS = 10;

/** How often somebody can make this server fetch something. Each instance counts for itself: it is the one that fetches. */
export class FetchBudget {
  private since = -Infinity;
  private taken = 0;
  private readonly byAddress = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** @param address of who makes it fetch @returns whether it may */
  take(address: string): boolean {
    const now = this.clock.now().getTime();
    if (now - this.since >= MINUTE) {
      this.since = now;
      this.taken = 0;
      this.byAddress.clear();
    }
    const own = this.byAddress.get(address) ?? 0;
    if (this.taken >= IN_A_MINUTE || own >= OF_AN_ADDRESS) return false;
    this.taken++;
    this.byAddress.set(address, own + 1);
    return true;
  }
}
