import { describe, expect, it } from '@jest/globals';
import { ACR, assurance, type Factor, type Proof } from '../mfa/assurance.js';
import { nextStep, type Demand, type SignInAccount, type Step } from './next-step.js';

const NOW = 1_000_000;
const STARTED = NOW - 1_000;
const FACTORS: Factor[] = ['password', 'totp', 'backup-code'];
/** Long before the interaction, just before it, in it, and not yet. */
const MOMENTS = [NOW - 90_000, STARTED - 1, NOW - 10, NOW + 10];

function* subsets<T>(items: T[]): Generator<T[]> {
  for (let bits = 0; bits < 1 << items.length; bits++) yield items.filter((_, index) => bits & (1 << index));
}

const everyProof: Proof[] = FACTORS.flatMap((factor) => MOMENTS.map((at) => ({ factor, at })));

const everyAccount: (SignInAccount | undefined)[] = [
  undefined,
  ...[true, false].flatMap((disabled) =>
    [undefined, STARTED - 5_000, NOW - 20].flatMap((totpSince) =>
      [0, 10].flatMap((backupCodesLeft) =>
        [true, false].map((backupCodesConfirmed) => ({
          id: 'ada',
          disabled,
          enrolled: {
            totpSince,
            backupCodesLeft: totpSince === undefined ? 0 : backupCodesLeft,
            backupCodesConfirmed,
          },
        })),
      ),
    ),
  ),
];

const everyDemand: Demand[] = ([1, 2] as const).flatMap((level) =>
  [0, STARTED, NOW + 1].flatMap((freshSince) =>
    [true, false].map((provenHere) => ({ level, freshSince, startedAt: STARTED, provenHere })),
  ),
);

interface State {
  account: SignInAccount | undefined;
  proofs: Proof[];
  demand: Demand;
  step: Step;
}

/** Every account × every set of proofs (of every factor at every moment) × every demand: about 1.2 million states. */
function* everyState(): Generator<State> {
  for (const proofs of subsets(everyProof)) {
    for (const account of everyAccount) {
      for (const demand of everyDemand)
        yield { account, proofs, demand, step: nextStep(account, proofs, demand, NOW) };
    }
  }
}

const counted = ({ proofs, demand }: State) =>
  proofs.filter(({ at }) => at >= demand.freshSince && at <= NOW);

const invariants: Record<string, (state: State) => boolean> = {
  'nobody is done without an account and a fresh password': (state) =>
    state.step.kind !== 'done' ||
    (state.account !== undefined && counted(state).some(({ factor }) => factor === 'password')),
  'a disabled account is never done and is offered nothing': ({ account, step }) =>
    !account?.disabled || step.kind === 'identify' || step.kind === 'refused',
  'only a disabled account is refused': ({ account, step }) =>
    step.kind !== 'refused' || account?.disabled === true,
  'done is never below the demanded level': ({ step, demand }) =>
    step.kind !== 'done' || demand.level === 1 || step.acr === ACR[2],
  "done is never below the account's own level": ({ step, account }) =>
    step.kind !== 'done' || account?.enrolled.totpSince === undefined || step.acr === ACR[2],
  'nothing is done without a proof made in this interaction': ({ step, demand }) =>
    step.kind !== 'done' || demand.provenHere,
  'acr and amr tell exactly what was freshly proven': (state) => {
    if (state.step.kind !== 'done') return true;
    const { acr, amr } = assurance(counted(state));
    return state.step.acr === acr && JSON.stringify(state.step.amr) === JSON.stringify(amr);
  },
  'the time of the sign-in is never later than any proof it counts, nor stale': (state) =>
    state.step.kind !== 'done' ||
    (state.step.authenticatedAt === Math.min(...counted(state).map(({ at }) => at)) &&
      state.step.authenticatedAt >= state.demand.freshSince),
  'a second factor alone identifies nobody': (state) =>
    counted(state).some(({ factor }) => factor === 'password') || state.step.kind === 'identify',
  'enrolment is asked of those alone who have nothing enrolled': ({ account, step }) =>
    step.kind !== 'enrol' || account?.enrolled.totpSince === undefined,
  'a second factor is asked of those alone who have one': ({ account, step }) =>
    step.kind !== 'second-factor' || account?.enrolled.totpSince !== undefined,
  'backup codes are offered only where some are left': ({ account, step }) =>
    step.kind !== 'second-factor' ||
    step.offer.includes('backup-code') === account!.enrolled.backupCodesLeft > 0,
  'an offered factor, once proven, always leads on': (state) => {
    if (state.step.kind !== 'second-factor' || state.demand.freshSince > NOW) return true;
    return state.step.offer.every((factor) => {
      const after = nextStep(
        state.account,
        [...state.proofs, { factor, at: NOW }],
        { ...state.demand, provenHere: true },
        NOW,
      );
      return after.kind === 'done' || after.kind === 'save-backup-codes';
    });
  },
  'saving backup codes is asked only after an enrolment in this interaction, and only until it is confirmed':
    ({ account, step }) =>
      step.kind !== 'save-backup-codes' ||
      (account!.enrolled.totpSince! >= STARTED && !account!.enrolled.backupCodesConfirmed),
  'one more proof never leads back to an earlier question': (state) => {
    if (state.step.kind !== 'done') return true;
    return (
      nextStep(state.account, [...state.proofs, { factor: 'totp', at: NOW }], state.demand, NOW).kind ===
      'done'
    );
  },
};

describe('nextStep, over its whole state space', () => {
  const broken = new Map(Object.keys(invariants).map((name) => [name, 0]));
  const seen = new Set<string>();
  let states = 0;
  for (const state of everyState()) {
    states++;
    seen.add(state.step.kind);
    for (const [name, holds] of Object.entries(invariants))
      if (!holds(state)) broken.set(name, broken.get(name)! + 1);
  }

  it.each(Object.keys(invariants))('%s', (name) => {
    expect(broken.get(name)).toBe(0);
  });

  it('reaches every step', () => {
    expect(states).toBe(4096 * everyAccount.length * everyDemand.length);
    expect([...seen].sort()).toEqual([
      'done',
      'enrol',
      'identify',
      'refused',
      'save-backup-codes',
      'second-factor',
    ]);
  });
});

describe('nextStep, by example', () => {
  const plain = {
    id: 'ada',
    disabled: false,
    enrolled: { totpSince: undefined, backupCodesLeft: 0, backupCodesConfirmed: false },
  };
  const withTotp = { ...plain, enrolled: { totpSince: 1, backupCodesLeft: 10, backupCodesConfirmed: true } };
  const enrolledHere = {
    ...plain,
    enrolled: { totpSince: NOW - 5, backupCodesLeft: 10, backupCodesConfirmed: false },
  };
  const low: Demand = { level: 1, freshSince: 0, startedAt: STARTED, provenHere: true };
  const high: Demand = { ...low, level: 2 };
  const pwd: Proof = { factor: 'password', at: NOW - 100 };
  const totp: Proof = { factor: 'totp', at: NOW - 50 };

  it.each<[string, SignInAccount | undefined, Proof[], Demand, Step]>([
    ['a newcomer says who they are', undefined, [], low, { kind: 'identify' }],
    [
      'the password is enough where nothing more is enrolled or demanded',
      plain,
      [pwd],
      low,
      { kind: 'done', acr: ACR[1], amr: ['pwd'], authenticatedAt: pwd.at },
    ],
    [
      'an enrolled second factor is always asked for',
      withTotp,
      [pwd],
      low,
      { kind: 'second-factor', offer: ['totp', 'backup-code'] },
    ],
    [
      'without codes left only the authenticator is offered',
      { ...withTotp, enrolled: { ...withTotp.enrolled, backupCodesLeft: 0 } },
      [pwd],
      low,
      { kind: 'second-factor', offer: ['totp'] },
    ],
    ['a demand without an enrolment leads to one', plain, [pwd], high, { kind: 'enrol' }],
    [
      'an enrolment here ends with the codes saved',
      enrolledHere,
      [pwd, totp],
      high,
      { kind: 'save-backup-codes' },
    ],
    [
      'both proven',
      withTotp,
      [pwd, totp],
      high,
      { kind: 'done', acr: ACR[2], amr: ['pwd', 'otp', 'mfa'], authenticatedAt: pwd.at },
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
