import { describe, expect, it } from '@jest/globals';
import { hopsFinding, type Seen } from './hops.js';

const madeUp = '203.0.113.9';
const person = '198.51.100.1';
const near = '10.0.0.2';
const far = '10.0.0.3';

/** Whom a server takes for the client that believes so many proxies, as Express does. */
function believed(peer: string, forwardedFor: string[], hops: number): string {
  const all = [peer, ...[...forwardedFor].reverse()];
  return all[Math.min(hops, all.length - 1)]!;
}

const seen = (forwardedFor: string[], hops: number, isDirect = false): Seen => ({
  address: believed(isDirect ? person : near, forwardedFor, hops),
  trustedHops: hops,
  forwardedFor,
  madeUp,
  isDirect,
});

const RIGHT = 'fine';

describe('how many proxies are to be believed', () => {
  it.each([
    ['no proxy', [madeUp], true, [RIGHT, 'hops-too-many', 'hops-too-many']],
    ['one that adds', [madeUp, person], false, ['hops-too-few', RIGHT, 'hops-too-many']],
    ['two that add', [madeUp, person, far], false, ['hops-too-few', 'hops-too-few', RIGHT, 'hops-too-many']],
    ['one that begins anew', [person], false, ['hops-too-few', RIGHT, 'hops-too-many']],
    ['two, the first of which begins anew', [person, far], false, ['hops-too-few', 'hops-too-few', RIGHT]],
    ['one that passes on what it gets', [madeUp], false, ['addresses-unknown', 'hops-too-many']],
    ['one that says nothing', [], false, ['addresses-unknown', 'addresses-unknown']],
  ])('%s', (_what, forwardedFor, isDirect, verdicts) => {
    verdicts.forEach((verdict, hops) => {
      const finding = hopsFinding(seen(forwardedFor, hops, isDirect));
      expect(finding.level === 'fine' ? RIGHT : finding.cause).toBe(verdict);
    });
  });

  it('is an error only where a made-up address is believed', () => {
    expect(hopsFinding(seen([madeUp, person], 2)).level).toBe('error');
    expect(hopsFinding(seen([person], 2)).level).toBe('warning');
    expect(hopsFinding(seen([madeUp, person], 0)).level).toBe('warning');
  });
});
