import { describe, expect, it } from '@jest/globals';
import { MINUTE } from '../../kernel/clock.js';
import type { Level } from '../../mfa/assurance.js';
import { suffices } from './sign-in-strength.js';

const NOW = new Date('2026-11-25T12:00:00Z');

describe('whether a sign-in suffices', () => {
  it.each<[age: number, level: Level, demanded: Level, within: number | undefined, verdict: boolean]>([
    [0, 1, 1, 10 * MINUTE, true],
    [0, 2, 1, 10 * MINUTE, true],
    [0, 2, 2, 10 * MINUTE, true],
    [0, 1, 2, 10 * MINUTE, false],
    [10 * MINUTE, 2, 2, 10 * MINUTE, true],
    [10 * MINUTE + 1, 2, 2, 10 * MINUTE, false],
    [10 * MINUTE + 1, 1, 1, 10 * MINUTE, false],
    [10 * MINUTE + 1, 1, 2, 10 * MINUTE, false],
    [1, 2, 2, 0, false],
    [0, 2, 2, 0, true],
    [1e12, 1, 1, undefined, true],
    [1e12, 1, 2, undefined, false],
    // Another instance's clock is ahead.
    [-1, 1, 1, 0, true],
  ])('%d ms ago at level %d, where level %d within %p ms is asked for: %p', (age, level, ...rest) => {
    const [demanded, within, verdict] = rest;
    const signIn = { level, signedInAt: NOW.getTime() - age };
    expect(suffices(signIn, { level: demanded, within }, NOW)).toBe(verdict);
  });
});
