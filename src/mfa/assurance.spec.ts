import { describe, expect, it } from '@jest/globals';
import { ACR, assurance, levelOf, type Factor } from './assurance.js';

const proofs = (...factors: Factor[]) => factors.map((factor) => ({ factor, at: 1 }));

describe('assurance', () => {
  it.each<[Factor[], number, string[]]>([
    [[], 0, []],
    [['totp'], 0, []],
    [['backup-code'], 0, []],
    [['totp', 'backup-code'], 0, []],
    [['password'], 1, ['pwd']],
    [['password', 'password'], 1, ['pwd']],
    [['password', 'totp'], 2, ['pwd', 'otp', 'mfa']],
    [['totp', 'password'], 2, ['pwd', 'otp', 'mfa']],
    [['password', 'backup-code'], 2, ['pwd', 'otp', 'mfa']],
    [['password', 'totp', 'backup-code'], 2, ['pwd', 'otp', 'mfa']],
  ])('%j is worth level %i with amr %j', (factors, level, amr) => {
    expect(assurance(proofs(...factors))).toEqual({
      level,
      amr,
      acr: level === 0 ? undefined : ACR[level as 1 | 2],
    });
  });

  it('knows its own acr values and no others', () => {
    expect(levelOf(ACR[1])).toBe(1);
    expect(levelOf(ACR[2])).toBe(2);
    for (const other of [undefined, '', '2', 'mfa', `${ACR[2]} `]) expect(levelOf(other)).toBeUndefined();
  });
});
