const AWAY =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN|connection terminated|timeout exceeded|query read timeout|statement timeout|terminating connection|the database system is|too many clients|SQLITE_(BUSY|IOERR|CANTOPEN|FULL|READONLY|NOTADB|CORRUPT)|unable to open database|disk I\/O error|driver has already been destroyed/i;

/** Whether an error means that the database cannot be reached or used just now, rather than that the program is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  for (
    let cause = error, depth = 0;
    cause instanceof Error && depth < 5;
    cause = cause.cause ?? (cause as { previous?: unknown }).previous, depth++
  ) {
    const { code, message, errors } = cause as Error & { code?: string; errors?: unknown[] };
    // 08…, 57P0x, 53300: PostgreSQL's classes for connections lost, shut down, and too many.
    if (
      /^(08(000|003|006|001|004|007)|57P0[123]|53300|57014)$/.test(code ?? '') ||
      AWAY.test(`${code ?? ''} ${message}`)
    )
      return true;
    if (errors?.some(isDatabaseAway)) return true;
  }
  return false;
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
