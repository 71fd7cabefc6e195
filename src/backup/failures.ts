import { isDatabaseAway } from '../database/failures.js';

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
  'file-unusable': 23,
  'database-away': 24,
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

/** What was being done to a file; the names of system calls that do it to anything else are not among them. */
const OF_FILES =
  /^(open|read|write|mkdir|mkdtemp|rename|copyfile|scandir|l?stat|access|unlink|rm|rmdir|f?sync|chmod|close)$/;
const MENDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'part of its path is a file',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'it can only be read there: name another place',
  ENOSPC: 'there is no room left: make some, or name another place',
  EDQUOT: 'there is no room left: make some, or name another place',
};

/** The program is right, and what it needs is not there. @returns undefined: it is something else */
export function failureOf(error: unknown): BackupFailure | undefined {
  if (error instanceof BackupFailure) return error;
  if (!isDatabaseAway(error)) return fileFailure(error);
  const { message } = error as Error;
  return new BackupFailure('database-away', `the database cannot be used: ${message}`, error);
}

/** A file that cannot be read or written is no failure of the program. @returns undefined: it is something else */
function fileFailure(error: unknown): BackupFailure | undefined {
  const { code = '', syscall = '', path } = error as NodeJS.ErrnoException;
  if (!/^E[A-Z]+$/.test(code) || !OF_FILES.test(syscall)) return undefined;
  const mend = MENDS[code];
  return new BackupFailure(
    'file-unusable',
    `${path ?? 'a file'} cannot be ${syscall === 'read' ? 'read' : 'used'} (${code})${mend ? `: ${mend}` : ''}`,
    error,
  );
}
