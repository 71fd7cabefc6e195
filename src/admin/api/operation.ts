import type { ProblemKind } from '../../kernel/problem.js';
import type { Any, Of, OfFields } from './schema.js';

export type Parameters = Readonly<Record<string, Any>>;

/** What one route of the API takes and gives: it is checked against this, and described by it (openapi.ts). */
export interface Operation {
  /** Its name in the document, and in clients that are made of it: a verb and a noun. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly path?: Parameters;
  readonly query?: Parameters;
  readonly body?: Any;
  /** By status; null: no body. */
  readonly answers: Readonly<Record<number, Any | null>>;
  /** Its answers carry an ETag, and a change may be made to depend on one by If-Match. */
  readonly tagged?: true;
  /** Those that it may answer beside what any route may. */
  readonly problems?: readonly ProblemKind[];
}

/** Keeps the exact types of what is described, for `Asked`. */
export function operation<const O extends Operation>(described: O): O {
  return described;
}

/** What a route is called with, once it has been checked. */
export interface Asked<O extends Operation> {
  readonly path: O['path'] extends Parameters ? OfFields<O['path']> : object;
  readonly query: O['query'] extends Parameters ? OfFields<O['query']> : object;
  readonly body: O['body'] extends Any ? Of<O['body']> : undefined;
}

/** What a route answers; the interceptor (api.answers.ts) sends it. */
export class Answer {
  constructor(
    readonly status: number,
    readonly body?: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

export const ok = (body: unknown, headers?: Record<string, string>) => new Answer(200, body, headers);
export const nothing = () => new Answer(204);
