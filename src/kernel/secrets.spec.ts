import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { CannotOpen, constantTimeEqual, randomToken, Secrets } from './secrets.js';

const secrets = new Secrets(randomBytes(32));

describe('secrets', () => {
  it('open what was sealed, in its place and nowhere else', () => {
    const sealed = secrets.seal('seed', 'authenticator:1');
    expect(sealed).not.toContain('seed');
    expect(secrets.open(sealed, 'authenticator:1')).toBe('seed');
    expect(() => secrets.open(sealed, 'authenticator:2')).toThrow(CannotOpen);
  });

  it('do not open with another master secret, nor altered, nor cut short', () => {
    const sealed = secrets.seal('seed', 'here');
    expect(() => new Secrets(randomBytes(32)).open(sealed, 'here')).toThrow(CannotOpen);
    const bytes = Buffer.from(sealed, 'base64url');
    bytes[bytes.length - 1]! ^= 1;
    for (const broken of [bytes.toString('base64url'), sealed.slice(0, 20), '', 'not base64 at all!']) {
      expect(() => secrets.open(broken, 'here')).toThrow(CannotOpen);
    }
  });

  it('never seal the same text to the same bytes', () => {
    expect(secrets.seal('seed', 'here')).not.toBe(secrets.seal('seed', 'here'));
  });

  it('derive a key of its own for each purpose', () => {
    expect(secrets.key('a').equals(secrets.key('a'))).toBe(true);
    expect(secrets.key('a').equals(secrets.key('b'))).toBe(false);
  });

  it('refuse a master secret that is too short', () => {
    expect(() => new Secrets(randomBytes(31))).toThrow(RangeError);
  });

  it('compare and make tokens', () => {
    expect(constantTimeEqual('a', 'a')).toBe(true);
    expect(constantTimeEqual('a', 'ab')).toBe(false);
    expect(randomToken(16)).toMatch(/^[\w-]{22}$/);
    expect(randomToken(16)).not.toBe(randomToken(16));
  });
});
