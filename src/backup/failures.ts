/** Why a backup or a restore did not come about, and the exit code that scripts know it by. */
export const EXIT_CODES = {
  'no-key': 78,
  'not-an-archive': 10,
  'wrong-key': 11,
  corrupt: 12,
  truncated: 13,
  'newer-version': 14,
  'other-database': 15,
  'other-secret': 16,
  'not-empty': 17,
  'server-runs': 18,
  'program-missing': 19,
  'program-failed': 20,
  'not-verified': 21,
  'file-exists': 22,
} as const;

export type Reason = keyof typeof EXIT_CODES;

export class BackupFailure extends Error {
  constructor(
    readonly reason: Reason,
    /** What it is and how it is mended, for the operator. */
    readonly says: string,
    cause?: unknown,
  ) {
    super(`${reason}: ${says}`, { cause });
  }

  get exitCode(): number {
    return EXIT_CODES[this.reason];
  }
}
