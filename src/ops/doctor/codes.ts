/** What libraries wrap around one another. */
interface Wrapped {
  readonly code?: unknown;
  /** Nodemailer's, for what it gives a code of its own. */
  readonly originalCode?: unknown;
  readonly cause?: unknown;
  readonly previous?: unknown;
  readonly errors?: unknown;
}

/** The codes of an error and of all that it is wrapped around, the outermost first. */
export function codesOf(thrown: unknown, depth = 0): string[] {
  if (typeof thrown !== 'object' || thrown === null || depth > 5) return [];
  const { code, originalCode, cause, previous, errors } = thrown as Wrapped;
  const inner = [cause, previous, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  const own = [code, originalCode].filter((each) => typeof each === 'string');
  return [...own, ...inner.flatMap((each) => codesOf(each, depth + 1))];
}
