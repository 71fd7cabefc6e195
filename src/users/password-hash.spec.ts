import { describe, expect, it } from '@jest/globals';
import argon2 from 'argon2';
import { PasswordHashes } from './password-hash.js';

const hashes = new PasswordHashes();

describe('password hashes', () => {
  it('are argon2id at the OWASP parameters, as an independent implementation reads them', async () => {
    const hash = await hashes.make('brass engine weaves numbers');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await argon2.verify(hash, 'brass engine weaves numbers')).toBe(true);
    expect(await argon2.verify(hash, 'brass engine weaves number')).toBe(false);
  });

  it('verify what the independent implementation made, and see that it is outdated', async () => {
    const foreign = await argon2.hash('brass engine weaves numbers', {
      type: argon2.argon2id,
      memoryCost: 8192,
      timeCost: 1,
      parallelism: 1,
    });
    expect(await hashes.matches(foreign, 'brass engine weaves numbers')).toBe(true);
    expect(hashes.isOutdated(foreign)).toBe(true);
    expect(hashes.isOutdated(await hashes.make('x'))).toBe(false);
  });

  it('do not depend on how a letter was composed', async () => {
    expect(await hashes.matches(await hashes.make('ﬁancée'), 'fiance\u0301e')).toBe(true);
  });

  it('match nothing where there is no hash', async () => {
    expect(await hashes.matches(null, '')).toBe(false);
    expect(await hashes.matches(undefined, 'anything')).toBe(false);
  });

  it('are bounded: of 300 at once those beyond the queue are told to come back, and the rest succeed', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, () => hashes.make('brass engine weaves numbers')),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(150);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'busy', status: 503 });
    expect(await hashes.matches(await hashes.make('again'), 'again')).toBe(true);
  });
});
