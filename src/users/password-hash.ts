import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { availableParallelism } from 'node:os';
import { traced } from '../kernel/tracing.js';
import { Turns } from '../kernel/turns.js';
import { readForeignHash, verifyForeignHash } from './foreign-hash.js';

/**
 * OWASP's parameters for argon2id (2 in the library's numbering): 19 MiB, 2 passes, 1 lane.
 * Raised ones reach each account at its next sign-in.
 */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const PARAMETERS_AS_WRITTEN = '$argon2id$v=19$m=19456,t=2,p=1$';

/** Code points; longer ones are refused before any hashing (a megabyte would cost a hash of a megabyte). */
export const PASSWORD_MAX_LENGTH = 128;

/** A hash that nothing matches, of the same cost as a real one. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$Z2F0ZWhvdXNlbm9ib2R5MQ$ISvCkNIZ2T5xLcE0gGl4j2I1aXzGU7H5ceeeJdQXzUQ';

/** Hashes that run at once: the rest of the machine stays free for those who only need a page or a token. */
const AT_ONCE = Math.max(1, Math.min(4, availableParallelism()));
/** Hashes that may wait: about a second of work. Beyond that, saying "later" is better than keeping someone waiting. */
const WAITING = 100;

const QUEUE = { name: 'password hash' };
const WORK = { name: 'password hash, work' };

/** argon2id, and whatever an import brought until its owner signs in; off the event loop, bounded in memory (`AT_ONCE` x 19 MiB) and in waiting time. */
@Injectable()
export class PasswordHashes {
  private readonly turns = new Turns(AT_ONCE, WAITING);

  get load(): Turns['load'] {
    return this.turns.load;
  }

  /** @throws busy (503) when too many wait already */
  async make(password: string): Promise<string> {
    return this.turn(() => hash(password.normalize('NFKC'), PARAMETERS));
  }

  /**
   * Compares in the same time whether there is a hash or not: an account without a password, and no account at all,
   * cost what a wrong password costs.
   */
  async matches(stored: string | null | undefined, password: string): Promise<boolean> {
    if (stored != null && !stored.startsWith('$argon2')) return this.matchesForeign(stored, password);
    let equal = false;
    // Other programs hash what was typed. Whose hash it is makes no difference to the time: what was typed does.
    for (const form of new Set([password.normalize('NFKC'), password]))
      equal = (await this.turn(() => verify(stored ?? NOBODY, form))) || equal;
    return equal && stored != null;
  }

  /**
   * What a check against an imported hash costs beside one against today's. A refusal costs both, whichever was checked:
   * so its time does not tell whose account was imported.
   * @param sample a hash that was imported
   */
  async evenOut(checked: string | null | undefined, sample: string, password: string): Promise<void> {
    await this.matches(checked != null && this.isOutdated(checked) ? null : sample, password);
  }

  private async matchesForeign(stored: string, password: string): Promise<boolean> {
    const foreign = readForeignHash(stored);
    // An import lets none of these in; whatever did, it opens nothing and costs the same.
    if (typeof foreign === 'string') return this.matches(null, password);
    return this.turn(() => verifyForeignHash(foreign, password));
  }

  /** Two times for whoever watches: until it has its turn, and the work. */
  private turn<T>(work: () => Promise<T>): Promise<T> {
    return traced(QUEUE, () => this.turns.run(() => traced(WORK, work)));
  }

  /** Whether a stored hash was made with other parameters than today's, or by another program. */
  isOutdated(stored: string): boolean {
    return !stored.startsWith(PARAMETERS_AS_WRITTEN);
  }
}
