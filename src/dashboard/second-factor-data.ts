import type { Authenticator } from '../mfa/authenticator.entity.js';
import { BACKUP_CODES_LOW } from '../mfa/backup-code-format.js';
import { hasSecondFactor, signsInWithoutPassword, type Enrolled } from '../mfa/enrolled.js';
import type { Account } from '../users/account.entity.js';

/** As many authenticator apps as one account may have: more than anybody carries, and few enough for a page. */
export const MAX_AUTHENTICATORS = 10;

/**
 * A person's second factor as a whole, for the overview and the head of its own page: whether it is on, since when (the oldest
 * authenticator or passkey), when one was used last, and how it stands with the backup codes.
 * Moments are Dates, undefined where there is none; `codesLow` and `codesConfirmed` mean something only where it is `enabled`.
 */
export function secondFactorData(enrolled: Enrolled) {
  const { backupCodes } = enrolled;
  const factors = [...enrolled.authenticators, ...enrolled.passkeys];
  const used = factors.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  return {
    enabled: hasSecondFactor(enrolled),
    since: byTime(factors.map(({ createdAt }) => createdAt)).at(0),
    lastUsedAt: byTime(used).at(-1),
    codesLeft: backupCodes.left,
    codeLastUsedAt: backupCodes.lastUsedAt,
    codesLow: backupCodes.left <= BACKUP_CODES_LOW,
    codesConfirmed: backupCodes.confirmed,
  };
}

/**
 * Each authenticator and passkey by itself, oldest first. `n` counts from 1 and names the parts of the page.
 * @param isWeak whether a seed is shorter than those that are made here
 */
export function factorLists(
  { authenticators, passkeys }: Enrolled,
  isWeak: (authenticator: Authenticator) => boolean,
) {
  return {
    authenticatorList: authenticators.map((authenticator, index) => ({
      n: index + 1,
      id: authenticator.id,
      name: authenticator.name,
      since: authenticator.createdAt,
      lastUsedAt: authenticator.lastUsedAt,
      isWeak: isWeak(authenticator),
    })),
    authenticatorsFull: authenticators.length >= MAX_AUTHENTICATORS,
    passkeyList: passkeys.map(({ id, name, createdAt, lastUsedAt, ...passkey }, index) => ({
      n: index + 1,
      id,
      name,
      since: createdAt,
      lastUsedAt,
      synced: passkey.synced,
      verifiesUser: passkey.verifiesUser,
      suspectSince: passkey.suspectSince,
    })),
  };
}

/**
 * Whether somebody can still sign in when one factor is gone. A password is a way in; else it takes a passkey that verifies
 * its user. @param account read before `enrolled`: then what changes in between fails at the account's factor generation
 */
export function keepsAWayIn(account: Account, enrolled: Enrolled, without: string): boolean {
  return account.passwordHash !== null || signsInWithoutPassword(enrolled, without);
}

function byTime(moments: readonly Date[]): Date[] {
  return [...moments].sort((a, b) => a.getTime() - b.getTime());
}
