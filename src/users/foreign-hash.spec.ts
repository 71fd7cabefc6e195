import { describe, expect, it } from '@jest/globals';
import argon2 from 'argon2';
import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { hashRefusal, readForeignHash } from './foreign-hash.js';
import { PasswordHashes } from './password-hash.js';

const SALT = 'Qm5xW0aZt7Lk2VbN';
const PASSWORD = 'copper kites über den Hafen';
const scrypt = (n = 32_768, r = 8, p = 1, salt = SALT) =>
  `scrypt:${n}:${r}:${p}$${salt}$${scryptSync(PASSWORD, salt, 64, { N: n, r, p, maxmem: 2 ** 28 }).toString('hex')}`;
const pbkdf2 = (iterations: number, digest = 'sha256', bytes = 32) =>
  `pbkdf2:${digest}:${iterations}$${SALT}$${pbkdf2Sync(PASSWORD, SALT, iterations, bytes, digest).toString('hex')}`;
const bare = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
const phc = (iterations: number) =>
  `$pbkdf2-sha512$i=${iterations}$${bare(Buffer.from(SALT))}$${bare(pbkdf2Sync(PASSWORD, SALT, iterations, 64, 'sha512'))}`;
const hex = 'ab'.repeat(32);
const hashes = new PasswordHashes();

describe('hashes of other programs', () => {
  it.each([
    scrypt(),
    scrypt(16_384, 8, 2),
    pbkdf2(600_000),
    pbkdf2(50_000, 'sha512', 64),
    pbkdf2(2_000, 'sha1', 20),
    phc(2_000),
  ])('are checked as they came: %.40s', async (stored) => {
    expect(hashRefusal(stored)).toBeUndefined();
    expect(await hashes.matches(stored, PASSWORD)).toBe(true);
    expect(await hashes.matches(stored, `${PASSWORD} `)).toBe(false);
    expect(await hashes.matches(stored, '')).toBe(false);
    expect(hashes.isOutdated(stored)).toBe(true);
  });

  it('of argon2 are those of the library, within bounds', async () => {
    const stored = await argon2.hash('x', { memoryCost: 8_192, timeCost: 3, parallelism: 2 });
    expect(hashRefusal(stored)).toBeUndefined();
    expect(await hashes.matches(stored, 'x')).toBe(true);
  });

  it.each([
    ['hash-too-costly', `scrypt:1048576:8:1$${SALT}$${hex}`],
    ['hash-too-costly', `scrypt:32768:8:100$${SALT}$${hex}`],
    ['hash-too-costly', `scrypt:2:999999999:1$${SALT}$${hex}`],
    ['hash-too-costly', `pbkdf2:sha256:2000001$${SALT}$${hex}`],
    ['hash-too-costly', `pbkdf2:sha1:1000000$${SALT}$${hex}${hex}`],
    ['hash-too-costly', `$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['hash-too-costly', `$argon2id$v=19$m=65536,t=500,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['hash-too-costly', `$pbkdf2-sha512$i=999999999$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['hash-too-weak', `scrypt:2:8:1$${SALT}$${hex}`],
    ['hash-too-weak', `pbkdf2:sha256:1$${SALT}$${hex}`],
    ['hash-too-weak', `pbkdf2:sha256:600000$salt$${hex}`],
    ['hash-too-weak', `pbkdf2:sha256:600000$${SALT}$ab`],
    ['hash-too-weak', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$YWJj'],
    ['malformed-hash', `pbkdf2:sha256:600000$${SALT}$`],
    ['malformed-hash', `pbkdf2:sha256:-1$${SALT}$${hex}`],
    ['malformed-hash', `pbkdf2:sha256:1e9$${SALT}$${hex}`],
    ['malformed-hash', `pbkdf2:sha256$${SALT}$${hex}`],
    ['malformed-hash', `scrypt:32767:8$${SALT}$${hex}`],
    ['malformed-hash', `scrypt:32767:8:1$${SALT}$${hex}`],
    ['malformed-hash', `pbkdf2:sha256:600000$${SALT}$${hex}$${hex}`],
    ['malformed-hash', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0'],
    ['unknown-hash-scheme', `pbkdf2:md5:600000$${SALT}$${hex}`],
    ['unknown-hash-scheme', `pbkdf2:constructor:600000$${SALT}$${hex}`],
    ['unknown-hash-scheme', `sha256$${SALT}$${hex}`],
    ['unknown-hash-scheme', '$2b$12$abcdefghijklmnopqrstuv'],
    ['unknown-hash-scheme', 'plain text'],
    ['unknown-hash-scheme', ''],
    ['hash-too-long', `pbkdf2:sha256:600000$${SALT}$${hex.repeat(9)}`],
  ])('are refused by name: %s, %.60s', (reason, stored) => {
    expect(hashRefusal(stored)).toBe(reason);
  });

  it('that no import would have let in open nothing', async () => {
    const stored = `pbkdf2:sha256:600000$${SALT}$`;
    expect(readForeignHash(stored)).toBe('malformed-hash');
    expect(await hashes.matches(stored, '')).toBe(false);
  });
});
