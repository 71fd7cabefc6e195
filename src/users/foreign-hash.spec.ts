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

  // Made by passlib 1.7.4 (rounds=2000; rounds=14), the two that it cannot make by Python's hashlib.pbkdf2_hmac.
  it.each([
    '$pbkdf2$2000$UW01eFcwYVp0N0xrMlZiTg$viW/oLYmzQYjpgyo9icbDIjuB/Y',
    '$pbkdf2-sha224$2000$UW01eFcwYVp0N0xrMlZiTg$wjUcLCpQiLeWlRCIBJTud.NE3lLYLdEMp4o.pg',
    '$pbkdf2-sha256$2000$UW01eFcwYVp0N0xrMlZiTg$mh/LidRRXleW0KRFVy3KQnUChgdLtWp5Fs6Z8mRURFY',
    '$pbkdf2-sha384$2000$UW01eFcwYVp0N0xrMlZiTg$DLxcHOxPioJ56/ugLE.Y9wAEvIM2GzCFNhFTKZPRZvjqtCfUI66DgeWcoKWdNYKr',
    '$pbkdf2-sha512$2000$UW01eFcwYVp0N0xrMlZiTg$mh3Sc.fccSL0uelNUM9t/6Vs9kVnx.vOFgjv2v3EQ7e89P3Pxc3JUh6tkNxUGW.8siRxbrsDpUS6QRa9e7Gk5A',
    '$scrypt$ln=14,r=8,p=1$UW01eFcwYVp0N0xrMlZiTg$UyUdUHS03FIl4+hTu9vcuYLDwC7RWTyo/RSFuUtZpvI',
  ])('of passlib, as Authelia writes them too: %.40s', async (stored) => {
    expect(hashRefusal(stored)).toBeUndefined();
    expect(await hashes.matches(stored, PASSWORD)).toBe(true);
    expect(await hashes.matches(stored, `${PASSWORD} `)).toBe(false);
    expect(hashes.isOutdated(stored)).toBe(true);
  });

  it('of argon2 are made of what was typed, in whatever form', async () => {
    // By argon2-cffi 25.1, of "m² ﬁsh" with its ligature, and with the parameters that are used here.
    const stored =
      '$argon2id$v=19$m=19456,t=2,p=1$KsXmTCB2FpGnTi591ihzTw$atugmods7DWfMznIjiQFZofiSTJQaqbRYPn94WYNZfk';
    expect(await hashes.matches(stored, 'm² \ufb01sh')).toBe(true);
    expect(await hashes.matches(stored, 'm2 fish')).toBe(false);
    const ours = await hashes.make('m² \ufb01sh');
    expect(await hashes.matches(ours, 'm2 fish')).toBe(true);
    expect(await hashes.matches(ours, 'm² \ufb01sh')).toBe(true);
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
    ['hash-too-costly', `$pbkdf2$9999999$c2FsdHNhbHRzYWx0$${'A'.repeat(27)}`],
    ['hash-too-costly', `$scrypt$ln=31,r=8,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['hash-too-costly', `$scrypt$ln=99,r=8,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['hash-too-weak', `$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['hash-too-weak', `$pbkdf2-sha512$310000$c2Fs$${'A'.repeat(43)}`],
    ['hash-too-weak', `$scrypt$ln=0,r=8,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['malformed-hash', `$pbkdf2-sha512$310000$c2FsdHNhbHRzYWx0`],
    ['unknown-hash-scheme', `$pbkdf2-sha513$310000$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`],
    ['unknown-hash-scheme', `$6$rounds=50000$saltsalt$${'A'.repeat(86)}`],
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
