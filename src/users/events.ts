import type { EntityManager } from '@mikro-orm/core';
import type { SqlRunner } from '../database/sql.js';
import { eventKind } from '../kernel/events.js';

/** Where a change was made: that session, or that sign-in in progress, goes on; every other one ends. */
export interface Kept {
  readonly sessionUid?: string | undefined;
  readonly attemptId?: string;
}

/**
 * An account is no longer what its sessions were begun with. Told inside the transaction of the change, and listeners write
 * over `sql`: a crash in between must not leave a new password with the thief's session alive.
 */
export interface AccountChange {
  readonly accountId: string;
  readonly keep?: Kept | undefined;
  readonly sql: SqlRunner;
}

/** The password was changed. */
export const passwordChanged = eventKind<AccountChange>('password.changed');

/** The account was disabled by an operator: everything ends. */
export const accountDisabled = eventKind<AccountChange>('account.disabled');

/** Somebody may use the operators' pages from now on: what others could do in their name before does not go on. */
export const roleGiven = eventKind<{ readonly accountId: string; readonly sql: SqlRunner }>('role.given');

/** The owner wants the account deleted: everything ends, and can begin again while it still exists. */
export const deletionRequested = eventKind<AccountChange>('account.deletion-requested');

/** The account's row is gone; each folder removes what it keeps of it, in the same commit. */
export const accountDeleted = eventKind<{
  readonly accountId: string;
  /** Its events of the audit log have been emptied up to this one. */
  readonly emptiedUpTo: number;
  readonly sql: SqlRunner;
}>('account.deleted');

/**
 * The owner says that somebody else has been in the account since a moment: what was added to it since is not the owner's.
 * Told inside the transaction; listeners that change entities use `em`.
 */
export const accountReclaimed = eventKind<{
  readonly accountId: string;
  readonly since: Date;
  readonly em: EntityManager;
  readonly sql: SqlRunner;
}>('account.reclaimed');
