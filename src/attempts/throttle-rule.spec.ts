import { describe, expect, it } from '@jest/globals';
import { LIMITS, verdict, WINDOW, type Count, type ThrottledFactor } from './throttle-rule.js';

const START = 10 * WINDOW;

/** Tries at the given moments; returns those that were let through. */
function letThrough(factor: ThrottledFactor, moments: number[], count?: Count): number[] {
  return moments.filter((now) => {
    const decided = verdict(factor, count, now);
    if (decided.allowed) count = decided.next;
    return decided.allowed;
  });
}

describe('the throttling rule', () => {
  it.each<[ThrottledFactor, number]>([
    ['password', 10],
    ['second-factor', 5],
  ])('lets %s be checked %i times in a window', (factor, limit) => {
    const everySecond = Array.from({ length: 300 }, (_, index) => START + index * 1000);
    expect(letThrough(factor, everySecond)).toHaveLength(limit);
  });

  it.each([1_000, 60_000, 100_000, WINDOW / 2, WINDOW - 1])(
    'never exceeds the limit in any window, whatever the pace (%i ms)',
    (pace) => {
      const moments = letThrough(
        'password',
        Array.from({ length: 500 }, (_, index) => START + index * pace),
      );
      for (const first of moments) {
        const inWindow = moments.filter((moment) => moment >= first && moment < first + WINDOW);
        expect(inWindow.length).toBeLessThanOrEqual(LIMITS.password.checks);
      }
    },
  );

  it('opens again after the window, however often somebody knocked meanwhile', () => {
    const flood = Array.from({ length: 1000 }, (_, index) => START + index * 500);
    const lastAllowed = letThrough('password', flood).at(-1)!;
    expect(letThrough('password', [...flood, lastAllowed + WINDOW]).at(-1)).toBe(lastAllowed + WINDOW);
  });

  it('says truthfully when to come back', () => {
    const full: Count = { checks: 10, consecutive: 10, lastAt: START };
    expect(verdict('password', full, START + 60_000)).toEqual({ allowed: false, retryAfterSeconds: 14 * 60 });
    expect(verdict('password', full, START + WINDOW)).toMatchObject({
      allowed: true,
      next: { checks: 1, consecutive: 11 },
    });
  });

  it('does not wait for a time that a clock running ahead has written', () => {
    const ahead: Count = { checks: 10, consecutive: 10, lastAt: START + 24 * WINDOW };
    expect(verdict('password', ahead, START)).toMatchObject({
      allowed: true,
      next: { checks: 1, lastAt: START },
    });
  });

  it('stops for good after a hundred checks without a success', () => {
    const patient = Array.from({ length: 300 }, (_, index) => START + index * WINDOW);
    expect(letThrough('second-factor', patient)).toHaveLength(100);
  });
});
