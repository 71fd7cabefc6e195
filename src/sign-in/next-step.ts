import { assurance, type Factor, type Level, type Proof } from '../mfa/assurance.js';

/** What is known of the account that a proof has identified. */
export interface SignInAccount {
  readonly id: string;
  readonly disabled: boolean;
  readonly enrolled: {
    /** When the authenticator was enrolled (epoch milliseconds); undefined: there is none. */
    readonly totpSince: number | undefined;
    readonly backupCodesLeft: number;
    readonly backupCodesConfirmed: boolean;
  };
}

/** What the authorization request asks for. Times are epoch milliseconds. */
export interface Demand {
  readonly level: Level;
  /** Proofs from before do not count. */
  readonly freshSince: number;
  /** When the interaction began. */
  readonly startedAt: number;
  /** Whether anything was proven in it. It is there to ask for something, so without that it is not done. */
  readonly provenHere: boolean;
}

export type Step =
  | { readonly kind: 'identify' }
  | { readonly kind: 'second-factor'; readonly offer: Factor[] }
  | { readonly kind: 'enrol' }
  | { readonly kind: 'save-backup-codes' }
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

  const { totpSince, backupCodesLeft, backupCodesConfirmed } = account.enrolled;
  const demanded: Level = totpSince === undefined ? demand.level : 2;
  if (level < demanded) {
    if (totpSince === undefined) return { kind: 'enrol' };
    return { kind: 'second-factor', offer: backupCodesLeft > 0 ? ['totp', 'backup-code'] : ['totp'] };
  }
  const enrolledHere = totpSince !== undefined && totpSince >= demand.startedAt;
  if (enrolledHere && !backupCodesConfirmed) return { kind: 'save-backup-codes' };
  if (!demand.provenHere) return { kind: 'identify' };
  return { kind: 'done', acr, amr, authenticatedAt: Math.min(...counted.map(({ at }) => at)) };
}
