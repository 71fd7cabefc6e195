/**
 * What the API says when something goes wrong (RFC 9457). The kinds are part of its contract: one that was published is neither
 * renamed nor given another status.
 */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be read' },
  unauthorized: { status: 401, title: 'An access token is needed' },
  'invalid-token': { status: 401, title: 'The access token does not count' },
  'invalid-dpop-proof': { status: 401, title: 'The proof of the key does not count' },
  'insufficient-scope': { status: 403, title: 'The access token lacks a scope' },
  forbidden: { status: 403, title: 'This is not allowed' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'It cannot be asked in this way' },
  conflict: { status: 409, title: 'It contradicts what is there' },
  gone: { status: 410, title: 'It is over' },
  'changed-meanwhile': { status: 412, title: 'It was changed meanwhile' },
  'too-large': { status: 413, title: 'The request is too large' },
  'not-json': { status: 415, title: 'The request has to be JSON' },
  'not-valid': { status: 422, title: 'Values cannot be used as they are' },
  'too-often': { status: 429, title: 'This was done too often' },
  internal: { status: 500, title: 'Something went wrong inside' },
  busy: { status: 503, title: 'Not at this moment' },
} as const;

export type ProblemKind = keyof typeof PROBLEMS;

/** One thing that is wrong with what was sent. */
export interface Mistake {
  /** A JSON pointer into the body (`#/email`), or the name of a parameter (`query: limit`). */
  readonly at: string;
  readonly detail: string;
}

export interface ProblemMore {
  readonly mistakes?: readonly Mistake[];
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly cause?: unknown;
}

/** Thrown by whatever answers the API; the error filter writes it. `detail` is for whoever wrote the program that asked. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly detail?: string,
    readonly more: ProblemMore = {},
  ) {
    super(detail ?? PROBLEMS[kind].title, { cause: more.cause });
  }

  get status(): number {
    return PROBLEMS[this.kind].status;
  }
}

/** As a document: `urn:gatehouse:problem:` names are the same on every server, and explained in docs/api.md. */
export function problemDocument(problem: Problem, reference?: string): Record<string, unknown> {
  const { kind, status, detail, more } = problem;
  return {
    type: `urn:gatehouse:problem:${kind}`,
    title: PROBLEMS[kind].title,
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(more.mistakes ? { errors: more.mistakes } : {}),
    ...(reference === undefined ? {} : { instance: `urn:gatehouse:request:${reference}` }),
  };
}
