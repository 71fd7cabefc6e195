import { assurance, type Level, type Proof } from '../mfa/assurance.js';

/** A second factor that a page can ask for. */
export type Offered = 'totp' | 'passkey' | 'backup-code';

/** What is known of the account that a proof has identified. */
export interface SignInAccount {
  readonly id: string;
  readonly disabled: boolean;
  readonly emailVerified: boolean;
  readonly enrolled: {
    /** Whether it has any second factor, be it one that is not accepted any more. */
    readonly secondFactor: boolean;
    readonly totp: boolean;
    /** One that is still accepted. */
    readonly passkey: boolean;
    readonly backupCodesLeft: number;
    /** When they were made (epoch milliseconds); undefined: there are none. */
    readonly backupCodesSince: number | undefined;
    readonly backupCodesConfirmed: boolean;
  };
}

/** What the authorization request asks for. Times are epoch milliseconds. */
export interface Demand {
  /** What the application and its request ask for. */
  readonly level: Level;
  /** What the operator asks of everyone. Like the account's own second factor, a remembered device stands in for it. */
  readonly levelOfEveryone: Level;
  /** Whether a remembered device counts: not where a fresh sign-in or two factors are asked for. */
  readonly rememberedDevices: boolean;
  readonly verifiedEmail: boolean;
  /** Proofs from before do not count. */
  readonly freshSince: number;
  /** When the interaction began. */
  readonly startedAt: number;
  /** Whether anything was proven in it. It is there to ask for something, so without that it is not done. */
  readonly provenHere: boolean;
}

export type Step =
  | { readonly kind: 'identify' }
  | { readonly kind: 'second-factor'; readonly offer: Offered[] }
  | { readonly kind: 'enrol' }
  | { readonly kind: 'save-backup-codes' }
  | { readonly kind: 'verify-email' }
  | { readonly kind: 'refused'; readonly reason: 'disabled' }
  | { readonly kind: 'done'; readonly acr: string; readonly amr: string[]; readonly authenticatedAt: number };

/**
 * Which step of a sign-in is due, concluded from facts alone: nothing stores how far someone has come.
 * An account's own second factor is always demanded; a demand above what is enrolled leads to enrolment.
 */
export function nextStep(
  account: SignInAccount | undefined,
  proofs: readonly Proof[],
  demand: Demand,
  now: number,
): Step {
  const counted = proofs.filter(({ at }) => at >= demand.freshSince && at <= now);
  const { level, acr, amr } = assurance(counted);
  if (!account || level === 0 || acr === undefined) return { kind: 'identify' };
  if (account.disabled) return { kind: 'refused', reason: 'disabled' };

  const { enrolled } = account;
  if (level < demandedLevel(account, counted, demand)) {
    return enrolled.secondFactor ? { kind: 'second-factor', offer: offer(enrolled) } : { kind: 'enrol' };
  }
  const madeHere = enrolled.backupCodesSince !== undefined && enrolled.backupCodesSince >= demand.startedAt;
  if (madeHere && !enrolled.backupCodesConfirmed) return { kind: 'save-backup-codes' };
  if (!demand.provenHere) return { kind: 'identify' };
  if (demand.verifiedEmail && !account.emailVerified) return { kind: 'verify-email' };
  return { kind: 'done', acr, amr, authenticatedAt: Math.min(...moments(counted)) };
}

function demandedLevel({ enrolled }: SignInAccount, counted: readonly Proof[], demand: Demand): Level {
  const remembered = demand.rememberedDevices && counted.some(({ factor }) => factor === 'remembered-device');
  // Without a second factor there is nothing that a remembered device could stand in for.
  if (remembered && enrolled.secondFactor) return demand.level;
  const own: Level = enrolled.secondFactor ? 2 : 1;
  return Math.max(own, demand.level, demand.levelOfEveryone) as Level;
}

function offer({ totp, passkey, backupCodesLeft }: SignInAccount['enrolled']): Offered[] {
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(passkey ? (['passkey'] as const) : []),
    ...(backupCodesLeft > 0 ? (['backup-code'] as const) : []),
  ];
}

/** Being remembered is no authentication: auth_time is about what was proven. */
function moments(counted: readonly Proof[]): number[] {
  return counted.filter(({ factor }) => factor !== 'remembered-device').map(({ at }) => at);
}
