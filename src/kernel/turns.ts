import { busy } from './errors.js';

/** Lets a bounded number of costly works run at once, and a bounded number wait. */
export class Turns {
  private running = 0;
  private readonly queue: (() => void)[] = [];
  private turnedAway = 0;

  constructor(
    private readonly atOnce: number,
    private readonly waiting: number,
  ) {}

  /** How many run and wait now, and how many found no place since the start. */
  get load(): { readonly running: number; readonly waiting: number; readonly turnedAway: number } {
    return { running: this.running, waiting: this.queue.length, turnedAway: this.turnedAway };
  }

  /** @throws busy (503) when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) {
      if (this.queue.length >= this.waiting) {
        this.turnedAway++;
        throw busy();
      }
      await new Promise<void>((resolve) => this.queue.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      // The place is handed on, not given back and taken again: nobody can slip in between.
      const next = this.queue.shift();
      if (next) next();
      else this.running--;
    }
  }
}
