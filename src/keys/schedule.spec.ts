import { describe, expect, it } from '@jest/globals';
import { CLIENT_FIELDS } from '../clients/client.fields.js';
import { SECTIONS } from '../clients/sections.js';
import { DAY, HOUR, SECOND } from '../kernel/clock.js';
import { keptFor, LEAD, LONGEST_TOKEN, nextActiveAt, rolesOf, type KeyFacts } from './schedule.js';

const START = Date.UTC(2026, 0, 1);
const PERIOD = 90 * DAY;
const KEPT = keptFor(DAY);

const key = (generation: number, activeAt: number, revokedAt: number | null = null): KeyFacts => ({
  kid: `key-${generation}`,
  alg: 'RS256',
  generation,
  createdAt: activeAt - LEAD,
  activeAt,
  revokedAt,
});
const kids = (keys: readonly KeyFacts[]) => keys.map(({ kid }) => kid).join(' ');
const at = (now: number, ...keys: KeyFacts[]) => {
  const { signing, coming, leaving, revoked, over } = rolesOf(keys, now, KEPT);
  return [signing?.kid, kids(coming), kids(leaving), kids(revoked), kids(over)];
};

describe('what a key is there for', () => {
  const first = key(1, START);
  const second = key(2, START + PERIOD);

  it.each([
    ['as soon as it is made', START, ['key-1', 'key-2', '', '', '']],
    ['until the next one signs', START + PERIOD - 1, ['key-1', 'key-2', '', '', '']],
    ['from when the next one signs', START + PERIOD, ['key-2', '', 'key-1', '', '']],
    ['as long as its last token may live', START + PERIOD + KEPT - 1, ['key-2', '', 'key-1', '', '']],
    ['afterwards', START + PERIOD + KEPT, ['key-2', '', '', '', 'key-1']],
    ['when the clock is set back to before both', START - DAY, ['key-1', 'key-2', '', '', '']],
  ])('%s', (_when, now, expected) => expect(at(now, second, first)).toEqual(expected));

  it('is nothing from the moment it is revoked, and then forgotten', () => {
    const now = START + PERIOD + HOUR;
    const revoked = key(2, START + PERIOD, now);
    expect(at(now, first, revoked, key(3, now))).toEqual(['key-3', '', 'key-1', 'key-2', '']);
    expect(at(now + KEPT, first, revoked, key(3, now))).toEqual(['key-3', '', '', '', 'key-1 key-2']);
  });

  it('never leaves an algorithm without a key that signs, whatever the time', () => {
    for (let now = START - PERIOD; now < START + 4 * PERIOD; now += 7 * HOUR) {
      const roles = rolesOf([first, second, key(3, START + 2 * PERIOD)], now, KEPT);
      expect(roles.signing).toBeDefined();
      expect(roles.over).not.toContain(roles.signing);
    }
  });

  it('outlives the longest token, and the session that an expired one names', () => {
    expect(keptFor(HOUR)).toBeGreaterThan(LONGEST_TOKEN);
    expect(keptFor(30 * DAY)).toBeGreaterThan(30 * DAY);
    const tooLong = LONGEST_TOKEN / SECOND + 1;
    for (const check of [
      CLIENT_FIELDS.access_token_lifetime!,
      CLIENT_FIELDS.id_token_lifetime!,
      SECTIONS.apis.fields.access_token_lifetime,
    ]) {
      expect(check(tooLong - 1)).toBeUndefined();
      expect(check(tooLong)).toBeDefined();
    }
  });
});

describe('the next key', () => {
  const first = key(1, START);

  it.each([
    ['is not due before its lead', START + PERIOD - LEAD - 1, [first], undefined],
    ['signs on time', START + PERIOD - LEAD, [first], START + PERIOD],
    [
      'has its lead also after a time without a server',
      START + PERIOD + 40 * DAY,
      [first],
      START + PERIOD + 40 * DAY + LEAD,
    ],
    ['is not made twice', START + PERIOD - 1, [first, key(2, START + PERIOD)], undefined],
    [
      'is made again when it was revoked before it signed',
      START + PERIOD - 1,
      [first, key(2, START + PERIOD, START + PERIOD - 2)],
      START + PERIOD - 1 + LEAD,
    ],
  ])('%s', (_what, now, keys, expected) => expect(nextActiveAt(keys, now, PERIOD)).toBe(expected));

  it('is published for a day at least', () => {
    for (let now = START; now < START + 3 * PERIOD; now += 5 * HOUR) {
      const activeAt = nextActiveAt([first], now, PERIOD);
      if (activeAt !== undefined) expect(activeAt - now).toBeGreaterThanOrEqual(DAY);
    }
  });
});
