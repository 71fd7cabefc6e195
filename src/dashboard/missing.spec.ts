import { describe, expect, it } from '@jest/globals';
import type { Passkey } from '../mfa/passkey.entity.js';
import { whatIsMissing, type Circumstances } from './missing.js';

type Codes = Circumstances['enrolled']['backupCodes'];

const passkey = (suspectSince: Date | null = null) => ({ id: 'p', suspectSince }) as Passkey;

function idsOf({
  passkeys = [passkey()],
  codes = {},
  ...more
}: Partial<Circumstances> & { passkeys?: Passkey[]; codes?: Partial<Codes> }): string[] {
  const backupCodes = { left: 10, lastUsedAt: null, madeAt: new Date(0), confirmed: true, ...codes };
  const enrolled = { authenticators: [], passkeys, backupCodes };
  return whatIsMissing({
    enrolled,
    recoveryAsked: false,
    approvals: false,
    addressConfirmed: true,
    mail: true,
    ...more,
  }).map(({ id }) => id);
}

describe('what is missing in an account', () => {
  it('is nothing, where all is well', () => {
    expect(idsOf({})).toEqual([]);
  });

  it('is an answer that an application waits for: it is over soon', () => {
    expect(idsOf({ approvals: true, addressConfirmed: false })).toEqual(['see-approvals', 'confirm-email']);
  });

  it('is a second factor, and then nothing is said of backup codes', () => {
    expect(idsOf({ passkeys: [], codes: { left: 0, madeAt: null, confirmed: false } })).toEqual(['set-up']);
  });

  it('is the confirmation of the backup codes, before their number', () => {
    expect(idsOf({ codes: { confirmed: false, left: 2 } })).toEqual(['finish']);
    expect(idsOf({ codes: { left: 3 } })).toEqual(['more-codes']);
    expect(idsOf({ codes: { left: 4 } })).toEqual([]);
  });

  it('is the confirmation of the address, where mail can be sent', () => {
    expect(idsOf({ addressConfirmed: false })).toEqual(['confirm-email']);
    expect(idsOf({ addressConfirmed: false, mail: false })).toEqual([]);
  });

  it('begins with what somebody else may be doing', () => {
    const everything = {
      passkeys: [passkey(), passkey(new Date(0))],
      codes: { left: 1 },
      recoveryAsked: true,
      addressConfirmed: false,
    };
    expect(idsOf(everything)).toEqual(['cancel-recovery', 'suspect-passkey', 'more-codes', 'confirm-email']);
  });
});
