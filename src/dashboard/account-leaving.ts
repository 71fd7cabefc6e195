import type { Config } from '../config/config.js';
import type { Account } from '../users/account.entity.js';

/** For the partial `account-leaving`: from when on the account will be gone, and where it is kept; undefined: it stays. */
export function accountLeaving({ deletionDueAt }: Account, { basePath }: Config) {
  return deletionDueAt ? { dueAt: deletionDueAt, keepAction: `${basePath}/dashboard/keep` } : undefined;
}
