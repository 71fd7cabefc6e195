import { AsyncLocalStorage } from 'node:async_hooks';
import type { NextFunction, Request, Response } from 'express';
import { plainAddress } from '../kernel/address.js';
import { requestId } from './request-id.js';

/** Who is at the other end of a request, as far as it says so. */
export interface Visitor {
  readonly userAgent: string | undefined;
  readonly address: string | undefined;
  /** When the session began that is used to change something (epoch milliseconds); undefined: there is none. */
  readonly sessionStartedAt: number | undefined;
}

interface Current {
  readonly req: Request;
  readonly address: string | undefined;
  sessionStartedAt?: number;
}

const requests = new AsyncLocalStorage<Current>();

/** From here on `visitor()` knows whose request is being worked on. */
export function noteVisitor(req: Request, _res: Response, next: NextFunction): void {
  // The address is gone with the connection; the rest few requests ask for, and reading it costs more than this.
  requests.run({ req, address: req.ip }, next);
}

/** What is changed in this request is done in a session of this age: whoever objects to the change objects to all that was done in it. */
export function noteSession(startedAt: number): void {
  const current = requests.getStore();
  if (current) current.sessionStartedAt = startedAt;
}

/** Undefined outside of a request: a command in the shell, the clean-up. */
export function visitor(): Visitor | undefined {
  const current = requests.getStore();
  if (!current) return undefined;
  const { req, address, sessionStartedAt } = current;
  return {
    userAgent: req.headers['user-agent']?.slice(0, 300),
    address: plainAddress(address),
    sessionStartedAt,
  };
}

/** The language that the browser of this request asks for first. */
export function visitorLanguage(): string | undefined {
  const [language] = requests.getStore()?.req.acceptsLanguages() ?? [];
  return language === '*' ? undefined : language;
}

/** What the request that is being worked on is called; undefined outside of one. */
export function currentRequestId(): string | undefined {
  const current = requests.getStore();
  return current && requestId(current.req);
}
