import { describe, expect, it } from '@jest/globals';
import { ACR, type Proof } from '../mfa/assurance.js';
import { nextStep, type Demand, type SignInAccount, type Step } from './next-step.js';

const NOW = 1_000_000;
const STARTED = NOW - 1_000;

describe('nextStep, by example', () => {
  const nothing: SignInAccount['enrolled'] = {
    secondFactor: false,
    totp: false,
    passkey: false,
    backupCodesLeft: 0,
    backupCodesSince: undefined,
    backupCodesConfirmed: false,
  };
  const codes = { backupCodesLeft: 10, backupCodesSince: STARTED - 5_000, backupCodesConfirmed: true };
  const totpAndCodes = { ...nothing, ...codes, secondFactor: true, totp: true };
  const plain: SignInAccount = { id: 'ada', disabled: false, emailVerified: true, enrolled: nothing };
  const withTotp: SignInAccount = { ...plain, enrolled: totpAndCodes };
  const withPasskey: SignInAccount = {
    ...plain,
    enrolled: { ...nothing, ...codes, secondFactor: true, passkey: true, backupCodesLeft: 0 },
  };
  const enrolledHere: SignInAccount = {
    ...plain,
    enrolled: { ...totpAndCodes, backupCodesSince: NOW - 20, backupCodesConfirmed: false },
  };
  const low: Demand = {
    level: 1,
    levelOfEveryone: 1,
    rememberedDevices: true,
    verifiedEmail: false,
    freshSince: 0,
    startedAt: STARTED,
    provenHere: true,
  };
  const high: Demand = { ...low, level: 2, rememberedDevices: false };
  const pwd: Proof = { factor: 'password', at: NOW - 100 };
  const totp: Proof = { factor: 'totp', at: NOW - 50 };
  const passkey: Proof = { factor: 'passkey', at: NOW - 60 };
  const remembered: Proof = { factor: 'remembered-device', at: NOW - 90_000 };
  const one: Step = { kind: 'done', acr: ACR[1], amr: ['pwd'], authenticatedAt: pwd.at };
  const both: Step = { kind: 'done', acr: ACR[2], amr: ['pwd', 'otp', 'mfa'], authenticatedAt: pwd.at };

  it.each<[string, SignInAccount | undefined, Proof[], Demand, Step]>([
    ['a newcomer says who they are', undefined, [], low, { kind: 'identify' }],
    ['the password is enough where nothing more is enrolled or demanded', plain, [pwd], low, one],
    [
      'an enrolled second factor is always asked for',
      withTotp,
      [pwd],
      low,
      { kind: 'second-factor', offer: ['totp', 'backup-code'] },
    ],
    [
      'without codes left only the passkey is offered',
      withPasskey,
      [pwd],
      low,
      { kind: 'second-factor', offer: ['passkey'] },
    ],
    ['a demand without an enrolment leads to one', plain, [pwd], high, { kind: 'enrol' }],
    [
      'what the operator asks of everyone, too',
      plain,
      [pwd],
      { ...low, levelOfEveryone: 2 },
      { kind: 'enrol' },
    ],
    [
      'an enrolment here ends with the codes saved',
      enrolledHere,
      [pwd, totp],
      high,
      { kind: 'save-backup-codes' },
    ],
    ['both proven', withTotp, [pwd, totp], high, both],
    [
      'a passkey is two factors by itself',
      withPasskey,
      [passkey],
      high,
      { kind: 'done', acr: ACR[2], amr: ['pop', 'mfa'], authenticatedAt: passkey.at },
    ],
    [
      'a key that was only touched is the second factor beside a password',
      withPasskey,
      [pwd, { factor: 'security-key', at: NOW - 5 }],
      high,
      { kind: 'done', acr: ACR[2], amr: ['pwd', 'pop', 'mfa'], authenticatedAt: pwd.at },
    ],
    [
      'in a remembered browser the password is enough, and called what it is',
      withTotp,
      [pwd, remembered],
      low,
      one,
    ],
    [
      'an application that demands two factors gets them there, too',
      withTotp,
      [pwd, remembered],
      high,
      { kind: 'second-factor', offer: ['totp', 'backup-code'] },
    ],
    ['a remembered browser identifies nobody', withTotp, [remembered], low, { kind: 'identify' }],
    [
      'an address that must be confirmed is asked about at the end',
      { ...withTotp, emailVerified: false },
      [pwd, totp],
      { ...low, verifiedEmail: true },
      { kind: 'verify-email' },
    ],
    ['a stale password does not count', plain, [pwd], { ...low, freshSince: NOW - 99 }, { kind: 'identify' }],
    [
      'a disabled account goes no further',
      { ...plain, disabled: true },
      [pwd],
      low,
      { kind: 'refused', reason: 'disabled' },
    ],
  ])('%s', (_name, account, proofs, demand, expected) => {
    expect(nextStep(account, proofs, demand, NOW)).toEqual(expected);
  });
});
