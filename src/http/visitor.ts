import { AsyncLocalStorage } from 'node:async_hooks';
import type { NextFunction, Request, Response } from 'express';
import { requestId } from './request-id.js';

/** Who is at the other end of a request, as far as it says so. */
export interface Visitor {
  readonly userAgent: string | undefined;
  readonly address: string | undefined;
  /** The language the browser asks for first. */
  readonly language: string | undefined;
  /** When the session began that is used to change something (epoch milliseconds); undefined: there is none. */
  sessionStartedAt?: number;
}

interface Current {
  readonly req: Request;
  readonly visitor: Visitor;
}

const requests = new AsyncLocalStorage<Current>();

/** From here on `visitor()` knows whose request is being worked on. */
export function noteVisitor(req: Request, _res: Response, next: NextFunction): void {
  const visitor: Visitor = {
    userAgent: req.headers['user-agent']?.slice(0, 300),
    address: req.ip,
    // Few requests ask for it, and reading the header costs more than the rest of this.
    get language() {
      const [language] = req.acceptsLanguages();
      return language === '*' ? undefined : language;
    },
  };
  requests.run({ req, visitor }, next);
}

/** What is changed in this request is done in a session of this age: whoever objects to the change objects to all that was done in it. */
export function noteSession(startedAt: number): void {
  const current = requests.getStore();
  if (current) current.visitor.sessionStartedAt = startedAt;
}

/** Undefined outside of a request: a command in the shell, the clean-up. */
export function visitor(): Visitor | undefined {
  return requests.getStore()?.visitor;
}

/** What the request that is being worked on is called; undefined outside of one. */
export function currentRequestId(): string | undefined {
  const current = requests.getStore();
  return current && requestId(current.req);
}
