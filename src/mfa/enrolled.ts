import type { Authenticator } from './authenticator.entity.js';
import type { BackupCodeState } from './backup-codes.service.js';
import type { Passkey } from './passkey.entity.js';

/** What an account has enrolled. */
export interface Enrolled {
  readonly authenticators: readonly Authenticator[];
  readonly passkeys: readonly Passkey[];
  readonly backupCodes: BackupCodeState;
}

/** A suspect passkey counts: a copy that was noticed must not make the account weaker. */
export function hasSecondFactor({ authenticators, passkeys }: Enrolled): boolean {
  return authenticators.length + passkeys.length > 0;
}

/** The passkeys that are still accepted. */
export function usablePasskeys({ passkeys }: Enrolled): readonly Passkey[] {
  return passkeys.filter(({ suspectSince }) => !suspectSince);
}

/** Whether somebody gets in without a password: by a passkey that verifies its user. @param except one that is about to go */
export function signsInWithoutPassword(enrolled: Enrolled, except?: string): boolean {
  return usablePasskeys(enrolled).some(({ id, verifiesUser }) => verifiesUser && id !== except);
}
