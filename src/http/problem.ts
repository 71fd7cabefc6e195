import type { Request, Response } from 'express';
import type { PageError } from '../kernel/errors.js';
import { Problem, problemDocument, type ProblemKind } from '../kernel/problem.js';

/** Where programs ask, and get no page. Everything below it, whatever its letters are: the router does not tell them apart. */
export const API_PATH = '/api/v1';
const IS_API = /^\/api(\/|$)/i;

export function isForPrograms(req: Pick<Request, 'path'>): boolean {
  return IS_API.test(req.path);
}

const KIND_OF: Readonly<Record<number, ProblemKind>> = {
  400: 'bad-request',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  415: 'not-json',
  429: 'too-often',
  503: 'busy',
};

/** A page's error as the API says it. Its cause is for the log alone. */
export function asProblem(error: PageError): Problem {
  const { cause, retryAfterSeconds } = error.options;
  const kind = KIND_OF[error.status] ?? (error.status < 500 ? 'bad-request' : 'internal');
  return new Problem(kind, undefined, {
    cause,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

export function sendProblem(res: Response, problem: Problem, reference?: string): void {
  const { retryAfterSeconds, headers = {} } = problem.more;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', String(retryAfterSeconds));
  res
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemDocument(problem, reference)));
}
