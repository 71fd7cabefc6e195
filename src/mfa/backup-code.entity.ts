import { defineEntity, p } from '@mikro-orm/core';

const BackupCodeSchema = defineEntity({
  name: 'BackupCode',
  tableName: 'backup_code',
  properties: {
    /** A keyed fingerprint of account and code: the code itself is nowhere. */
    hash: p.string().primary().length(43),
    accountId: p.string().length(22).index(),
    usedAt: p.datetime(3).nullable(),
  },
});

/** One single-use backup code. */
export class BackupCode extends BackupCodeSchema.class {}
BackupCodeSchema.setClass(BackupCode);

const BackupCodeSetSchema = defineEntity({
  name: 'BackupCodeSet',
  tableName: 'backup_code_set',
  properties: {
    accountId: p.string().primary().length(22),
    createdAt: p.datetime(3),
    /** When one of the codes was typed back; set-up ends there. */
    confirmedAt: p.datetime(3).nullable(),
  },
});

/** The current ten codes of an account, as a whole. */
export class BackupCodeSet extends BackupCodeSetSchema.class {}
BackupCodeSetSchema.setClass(BackupCodeSet);
