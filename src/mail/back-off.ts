import { HOUR, MINUTE, SECOND } from '../kernel/clock.js';

const WAITS = [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE];

/**
 * How long a letter waits after its `tries`-th failure (1, 2 …), in milliseconds.
 * @param chance 0 to 1: up to a tenth is added, so that letters which failed together do not all come back at once
 */
export function backOff(tries: number, chance: number): number {
  return Math.round((WAITS[tries - 1] ?? HOUR) * (1 + chance / 10));
}
