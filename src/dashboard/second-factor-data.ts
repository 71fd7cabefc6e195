import { BACKUP_CODES_LOW } from '../mfa/backup-code-format.js';
import type { Enrolled } from '../mfa/second-factors.service.js';

/** A person's second factor, as the account pages tell it. */
export function secondFactorData({
  totp,
  backupCodesLeft,
  backupCodeLastUsedAt,
  backupCodesConfirmed,
}: Enrolled) {
  return {
    enabled: totp !== undefined,
    since: totp?.since,
    lastUsedAt: totp?.lastUsedAt,
    codesLeft: backupCodesLeft,
    codeLastUsedAt: backupCodeLastUsedAt,
    codesLow: backupCodesLeft <= BACKUP_CODES_LOW,
    codesConfirmed: backupCodesConfirmed,
  };
}
