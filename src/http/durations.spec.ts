import { describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../kernel/clock.js';
import { durationInWords } from './durations.js';

describe('a duration in words', () => {
  it.each([
    [10 * MINUTE, '10 minutes', '10 Minuten'],
    [HOUR, '1 hour', '1 Stunde'],
    [72 * HOUR, '3 days', '3 Tage'],
    [90 * MINUTE, '1 hour, 30 minutes', '1 Stunde, 30 Minuten'],
    [DAY + 45 * SECOND, '1 day, 45 seconds', '1 Tag, 45 Sekunden'],
    [7300 * DAY, '7,300 days', '7.300 Tage'],
  ])('of %d milliseconds', (milliseconds, english, german) => {
    expect(durationInWords(milliseconds, 'en')).toBe(english);
    expect(durationInWords(milliseconds, 'de')).toBe(german);
  });
});
