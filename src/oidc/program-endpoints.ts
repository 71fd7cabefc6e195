import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Config } from '../config/config.js';
import { notFound } from '../kernel/errors.js';

/** Endpoints that programs ask, not browsers: no page and no cookie belongs to them. */
const ENDPOINTS = {
  POST: ['/oidc/token', '/oidc/introspection', '/oidc/revocation', '/oidc/par', '/oidc/userinfo'],
  GET: ['/oidc/userinfo'],
};

/** What Express makes of a request and a response. */
export interface ExpressPrototypes {
  readonly request: object;
  readonly response: object;
}

interface Parts {
  readonly express: ExpressPrototypes;
  /** What every request meets first, in this order. */
  readonly first: readonly RequestHandler[];
  readonly answer: (req: Request, res: Response, next: NextFunction) => void;
  readonly fail: (error: unknown, req: Request, res: Response) => void;
}

/**
 * The straight way to the endpoints that are asked most. Express would lead each request past everything there is for pages,
 * which takes a tenth of what the answer takes. Any other spelling or method goes the long way, to the same answer.
 */
export function leadProgramsStraight(server: Server, { basePath }: Config, parts: Parts): void {
  const targets = new Set(
    Object.entries(ENDPOINTS).flatMap(([method, paths]) =>
      paths.flatMap((path) => [`${method} ${path}`, `${method} ${basePath}${path}`]),
    ),
  );
  const { express, first, answer, fail } = parts;
  const [behind] = server.listeners('request') as [RequestListener];
  const step = (at: number, req: Request, res: Response): void => {
    if (at > first.length) return fail(notFound(), req, res);
    const next = (error?: unknown) => (error === undefined ? step(at + 1, req, res) : fail(error, req, res));
    try {
      (first[at] ?? answer)(req, res, next);
    } catch (error) {
      // As Express would: nothing that somebody sends may end the program.
      fail(error, req, res);
    }
  };
  server.removeAllListeners('request');
  server.on('request', (message: IncomingMessage, response: ServerResponse<IncomingMessage>) => {
    if (!targets.has(`${message.method} ${message.url}`)) return behind(message, response);
    const req = Object.setPrototypeOf(message, express.request) as Request;
    const res = Object.setPrototypeOf(response, express.response) as Response;
    Object.assign(req, { res, originalUrl: req.url });
    Object.assign(res, { req });
    step(0, req, res);
  });
}
