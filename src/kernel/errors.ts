/**
 * What goes wrong for a person, as data: a stable code, the status, the message's key in the catalogues
 * (`error.<code>`), and a cause for the operator's log that the person never sees.
 */
export class PageError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly options: {
      params?: Record<string, string | number>;
      retryAfterSeconds?: number;
      /** Where to try again; for the server's own failures that is the page itself. */
      retryPath?: string;
      cause?: unknown;
    } = {},
  ) {
    super(code, { cause: options.cause });
  }
}

/** Not an error but an answer a guard gives: go there instead (303). The path is one of ours, without the public URL's own. */
export class SeeOther extends Error {
  constructor(readonly path: string) {
    super(`see ${path}`);
  }
}

export const notFound = () => new PageError('not-found', 404);
export const undeclaredAccess = (cause: string) => new PageError('forbidden', 403, { cause });
export const crossOrigin = (cause: string) => new PageError('cross-origin', 403, { cause });
export const operatorsOnly = () => new PageError('operators-only', 403);
/** The help desk acts on nobody who has a role. */
export const mayNotHelp = () => new PageError('may-not-help', 403);
export const staleForm = () => new PageError('stale-form', 403);
export const interactionGone = (cause: unknown) => new PageError('interaction-gone', 400, { cause });
/** A link from a mail that was used, replaced by a newer one, or is too old. */
export const linkGone = () => new PageError('link-gone', 410);
export const registrationClosed = () => new PageError('registration-closed', 403);
export const tooLarge = () => new PageError('too-large', 413);
export const badRequest = (cause?: unknown) => new PageError('bad-request', 400, { cause });
export const busy = () => new PageError('busy', 503, { retryAfterSeconds: 5 });
export const databaseAway = (cause: unknown) =>
  new PageError('database-away', 503, { retryAfterSeconds: 5, cause });
export const internal = (cause: unknown) => new PageError('internal', 500, { cause });
