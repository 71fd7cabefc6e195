import { describe, expect, it } from '@jest/globals';
import { ACR, assurance, type Factor, type Proof } from '../mfa/assurance.js';
import { nextStep, type Demand, type Offered, type SignInAccount, type Step } from './next-step.js';

const NOW = 1_000_000;
const STARTED = NOW - 1_000;
/** Long before the interaction, just before it, in it, and not yet: each factor at the moments that tell something of it. */
const MOMENTS: Record<Factor, number[]> = {
  password: [NOW - 90_000, NOW - 10, NOW + 10],
  passkey: [STARTED - 1, NOW - 10],
  totp: [STARTED - 1, NOW - 10],
  'backup-code': [NOW - 10],
  'sign-in-link': [NOW - 10],
  'security-key': [NOW - 10],
  'remembered-device': [NOW - 90_000],
};
const IDENTIFYING: readonly Factor[] = ['password', 'passkey', 'sign-in-link'];
const PROOF_OF: Record<Offered, Factor> = {
  totp: 'totp',
  passkey: 'security-key',
  'backup-code': 'backup-code',
};

function* subsets<T>(items: T[]): Generator<T[]> {
  for (let bits = 0; bits < 1 << items.length; bits++) yield items.filter((_, index) => bits & (1 << index));
}

const everyProof: Proof[] = (Object.keys(MOMENTS) as Factor[]).flatMap((factor) =>
  MOMENTS[factor].map((at) => ({ factor, at })),
);

const nothing: SignInAccount['enrolled'] = {
  secondFactor: false,
  totp: false,
  passkey: false,
  backupCodesLeft: 0,
  backupCodesSince: undefined,
  backupCodesConfirmed: false,
};
const codes = { backupCodesLeft: 10, backupCodesSince: STARTED - 5_000, backupCodesConfirmed: true };
const everyEnrolment: SignInAccount['enrolled'][] = [
  nothing,
  { ...nothing, ...codes, secondFactor: true, totp: true },
  { ...nothing, ...codes, secondFactor: true, passkey: true, backupCodesLeft: 0 },
  { ...nothing, ...codes, secondFactor: true, totp: true, passkey: true },
  // Its only passkey has a copy.
  { ...nothing, ...codes, secondFactor: true },
  { ...nothing, ...codes, secondFactor: true, backupCodesLeft: 0 },
  // Set up in this interaction, the codes not saved yet; and the same from before.
  {
    ...nothing,
    ...codes,
    secondFactor: true,
    totp: true,
    backupCodesSince: NOW - 20,
    backupCodesConfirmed: false,
  },
  { ...nothing, ...codes, secondFactor: true, totp: true, backupCodesConfirmed: false },
];

const everyAccount: (SignInAccount | undefined)[] = [
  undefined,
  ...everyEnrolment.flatMap((enrolled) => [
    { id: 'ada', disabled: false, emailVerified: true, enrolled },
    { id: 'ada', disabled: false, emailVerified: false, enrolled },
    { id: 'ada', disabled: true, emailVerified: true, enrolled },
  ]),
];

const everyDemand: Demand[] = ([1, 2] as const).flatMap((level) =>
  ([1, 2] as const).flatMap((levelOfEveryone) =>
    [true, false].flatMap((rememberedDevices) =>
      [true, false].flatMap((verifiedEmail) =>
        [0, STARTED, NOW + 1].flatMap((freshSince) =>
          [true, false].map((provenHere) => ({
            level,
            levelOfEveryone,
            rememberedDevices,
            verifiedEmail,
            freshSince,
            startedAt: STARTED,
            provenHere,
          })),
        ),
      ),
    ),
  ),
);

interface State {
  account: SignInAccount | undefined;
  proofs: Proof[];
  demand: Demand;
  step: Step;
}

/** Every account × every set of proofs (of every factor at its moments) × every demand: about 2.5 million states. */
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
const proven = (state: State, ...factors: Factor[]) =>
  counted(state).some(({ factor }) => factors.includes(factor));
const isRemembered = (state: State) => state.demand.rememberedDevices && proven(state, 'remembered-device');

const invariants: Record<string, (state: State) => boolean> = {
  'nobody is done without an account and a fresh password, passkey or sign-in link': (state) =>
    state.step.kind !== 'done' || (state.account !== undefined && proven(state, ...IDENTIFYING)),
  'a disabled account is never done and is offered nothing': ({ account, step }) =>
    !account?.disabled || step.kind === 'identify' || step.kind === 'refused',
  'only a disabled account is refused': ({ account, step }) =>
    step.kind !== 'refused' || account?.disabled === true,
  "done is never below the application's level, remembered or not": ({ step, demand }) =>
    step.kind !== 'done' || demand.level === 1 || step.acr === ACR[2],
  "done is below the account's or the operator's level only in a remembered browser, where one may count": (
    state,
  ) => {
    const { step, account, demand } = state;
    if (step.kind !== 'done' || step.acr === ACR[2]) return true;
    const wanted = account!.enrolled.secondFactor || demand.levelOfEveryone === 2;
    return !wanted || (isRemembered(state) && account!.enrolled.secondFactor);
  },
  'a remembered browser alone identifies nobody, and is never said to be a factor': (state) =>
    state.step.kind !== 'done' ||
    (proven(state, ...IDENTIFYING) &&
      (state.step.acr === ACR[1] || proven(state, 'totp', 'backup-code', 'passkey', 'security-key'))),
  'a link that signs in adds nothing to a password or a passkey': (state) => {
    if (state.step.kind !== 'done' || !proven(state, 'sign-in-link')) return true;
    if (!proven(state, 'password', 'passkey')) return true;
    const { level } = assurance(counted(state).filter(({ factor }) => factor !== 'sign-in-link'));
    return assurance(counted(state)).level === level;
  },
  'nothing is done without a proof made in this interaction': ({ step, demand }) =>
    step.kind !== 'done' || demand.provenHere,
  'nobody goes on with an address that is not confirmed where that is demanded': ({
    step,
    demand,
    account,
  }) => step.kind !== 'done' || !demand.verifiedEmail || account!.emailVerified,
  'an address is asked about only where it is demanded, and last of all': (state) => {
    if (state.step.kind !== 'verify-email') return true;
    if (!state.demand.verifiedEmail || state.account!.emailVerified) return false;
    const confirmed = { ...state.account!, emailVerified: true };
    return nextStep(confirmed, state.proofs, state.demand, NOW).kind === 'done';
  },
  'acr and amr tell exactly what was freshly proven': (state) => {
    if (state.step.kind !== 'done') return true;
    const { acr, amr } = assurance(counted(state));
    return state.step.acr === acr && JSON.stringify(state.step.amr) === JSON.stringify(amr);
  },
  'the time of the sign-in is never later than any proof it counts, nor stale': (state) =>
    state.step.kind !== 'done' ||
    (state.step.authenticatedAt ===
      Math.min(
        ...counted(state)
          .filter(({ factor }) => factor !== 'remembered-device')
          .map(({ at }) => at),
      ) &&
      state.step.authenticatedAt >= state.demand.freshSince),
  'a second factor alone identifies nobody': (state) =>
    proven(state, ...IDENTIFYING) || state.step.kind === 'identify',
  'enrolment is asked of those alone who have nothing enrolled': ({ account, step }) =>
    step.kind !== 'enrol' || !account!.enrolled.secondFactor,
  'a second factor is asked of those alone who have one': ({ account, step }) =>
    step.kind !== 'second-factor' || account!.enrolled.secondFactor,
  'exactly what the account has, and still may use, is offered': ({ account, step }) => {
    if (step.kind !== 'second-factor') return true;
    const { totp, passkey, backupCodesLeft } = account!.enrolled;
    return (
      step.offer.includes('totp') === totp &&
      step.offer.includes('passkey') === passkey &&
      step.offer.includes('backup-code') === backupCodesLeft > 0
    );
  },
  'an offered factor, once proven, always leads on': (state) => {
    if (state.step.kind !== 'second-factor' || state.demand.freshSince > NOW) return true;
    return state.step.offer.every((offered) => {
      const proofs = [...state.proofs, { factor: PROOF_OF[offered], at: NOW }];
      const after = nextStep(state.account, proofs, { ...state.demand, provenHere: true }, NOW);
      return ['done', 'save-backup-codes', 'verify-email'].includes(after.kind);
    });
  },
  'a passkey that verified its user needs nothing beside it': (state) =>
    !proven(state, 'passkey') || !['second-factor', 'enrol'].includes(state.step.kind),
  'saving backup codes is asked only after an enrolment in this interaction, and only until it is confirmed':
    ({ account, step }) =>
      step.kind !== 'save-backup-codes' ||
      (account!.enrolled.backupCodesSince! >= STARTED && !account!.enrolled.backupCodesConfirmed),
  'one more proof never leads back to an earlier question': (state) => {
    if (state.step.kind !== 'done') return true;
    const proofs: Proof[] = [...state.proofs, { factor: 'totp', at: NOW }];
    return nextStep(state.account, proofs, state.demand, NOW).kind === 'done';
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
    expect(states).toBe(2048 * everyAccount.length * everyDemand.length);
    expect([...seen].sort()).toEqual([
      'done',
      'enrol',
      'identify',
      'refused',
      'save-backup-codes',
      'second-factor',
      'verify-email',
    ]);
  });
});
