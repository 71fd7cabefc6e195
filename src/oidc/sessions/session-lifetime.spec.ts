import { describe, expect, it } from '@jest/globals';
import { HOUR } from '../../kernel/clock.js';
import { sessionTtl } from './session-lifetime.js';

const config = { sessionIdle: HOUR, sessionLifetime: 24 * HOUR };
const NOW = 1_800_000_000;

describe('the lifetime of a session', () => {
  it.each([
    ['nobody has signed in', undefined, 3600],
    ['just signed in', NOW, 3600],
    ['twenty hours ago', NOW - 20 * 3600, 3600],
    ['half an hour before the whole is over', NOW - 23.5 * 3600, 1800],
    ['at its end', NOW - 24 * 3600, 1],
    ['long after', NOW - 99 * 3600, 1],
  ])('%s', (_when, signedInAt, expected) => {
    expect(sessionTtl(config, signedInAt, NOW)).toBe(expected);
  });
});
