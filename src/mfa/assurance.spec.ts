import { describe, expect, it } from '@jest/globals';
import { ACR, assurance, factorsOf, levelOf, type Factor } from './assurance.js';

const proofs = (...factors: Factor[]) => factors.map((factor) => ({ factor, at: 1 }));

describe('assurance', () => {
  it.each<[Factor[], number, string[]]>([
    [[], 0, []],
    [['totp'], 0, []],
    [['backup-code'], 0, []],
    [['security-key'], 0, []],
    [['remembered-device'], 0, []],
    [['totp', 'backup-code', 'security-key', 'remembered-device'], 0, []],
    [['password'], 1, ['pwd']],
    [['password', 'password'], 1, ['pwd']],
    [['password', 'remembered-device'], 1, ['pwd']],
    [['password', 'totp'], 2, ['pwd', 'otp', 'mfa']],
    [['totp', 'password'], 2, ['pwd', 'otp', 'mfa']],
    [['password', 'backup-code'], 2, ['pwd', 'otp', 'mfa']],
    [['password', 'totp', 'backup-code'], 2, ['pwd', 'otp', 'mfa']],
    [['password', 'security-key'], 2, ['pwd', 'pop', 'mfa']],
    [['passkey'], 2, ['pop', 'mfa']],
    [['passkey', 'remembered-device'], 2, ['pop', 'mfa']],
    [['password', 'passkey'], 2, ['pwd', 'pop', 'mfa']],
    [['passkey', 'totp'], 2, ['otp', 'pop', 'mfa']],
    [['sign-in-link'], 1, ['otp']],
    [['sign-in-link', 'remembered-device'], 1, ['otp']],
    // Neither of them is something that somebody has.
    [['password', 'sign-in-link'], 1, ['pwd']],
    [['sign-in-link', 'password', 'totp'], 2, ['pwd', 'otp', 'mfa']],
    [['sign-in-link', 'totp'], 2, ['otp', 'mfa']],
    [['sign-in-link', 'backup-code'], 2, ['otp', 'mfa']],
    [['sign-in-link', 'security-key'], 2, ['otp', 'pop', 'mfa']],
    [['sign-in-link', 'passkey'], 2, ['pop', 'mfa']],
  ])('%j is worth level %i with amr %j', (factors, level, amr) => {
    expect(assurance(proofs(...factors))).toEqual({
      level,
      amr,
      acr: level === 0 ? undefined : ACR[level as 1 | 2],
    });
  });

  it.each<Factor[][]>([
    [['password']],
    [['password', 'totp']],
    [['password', 'backup-code']],
    [['password', 'security-key']],
    [['passkey']],
    [['password', 'passkey']],
    [['passkey', 'totp']],
    [['password', 'remembered-device']],
    [['sign-in-link']],
    [['sign-in-link', 'totp']],
    [['sign-in-link', 'security-key']],
    [['password', 'sign-in-link']],
    [['sign-in-link', 'passkey']],
  ])('a session that began with %j is worth the same again, and no more', (factors) => {
    const begun = assurance(proofs(...factors));
    const again = assurance(proofs(...factorsOf(begun.amr)));
    expect(again).toEqual(begun);
  });

  it('knows its own acr values and no others', () => {
    expect(levelOf(ACR[1])).toBe(1);
    expect(levelOf(ACR[2])).toBe(2);
    for (const other of [undefined, '', '2', 'mfa', `${ACR[2]} `]) expect(levelOf(other)).toBeUndefined();
  });
});
