const AWAY =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN|connection terminated|timeout exceeded|query read timeout|statement timeout|terminating connection|the database system is|too many clients|SQLITE_(BUSY|IOERR|CANTOPEN|FULL|READONLY|NOTADB|CORRUPT)|(unable to|cannot) open database|disk I\/O error|driver has already been destroyed|database connection is not open/i;

/** What drivers throw, and what the ORM wraps around it. */
interface Failure {
  readonly code?: string;
  readonly message?: string;
  readonly errors?: unknown[];
  readonly cause?: unknown;
  readonly previous?: unknown;
}

/** PostgreSQL's states for connections that failed, a server that is shut down, too many connections, a statement given up. */
const CONNECTION_STATES = /^(08(000|003|006|001|004|007)|57P0[123]|53300|57014)$/;

/** Whether an error means that the database cannot be reached or used just now, rather than that the program is wrong. */
export function isDatabaseAway(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  const { code, message, errors, cause, previous } = error as Failure;
  if (CONNECTION_STATES.test(code ?? '') || AWAY.test(`${code ?? ''} ${message ?? ''}`)) return true;
  return [cause, previous, ...(errors ?? [])].some((each) => isDatabaseAway(each, depth + 1));
}

/** Whether an INSERT lost against a UNIQUE constraint: for user names and addresses this is the verdict "taken". */
export function isUniqueViolation(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return (
    name === 'UniqueConstraintViolationException' ||
    code === '23505' ||
    /SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(code ?? '')
  );
}

/** Another process writes into the same file just now. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_BUSY/.test((error as { code?: string }).code ?? '');
}
