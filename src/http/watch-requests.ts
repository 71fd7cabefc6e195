import { Logger } from '@nestjs/common';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { requestId } from './request-id.js';
import { routeName } from './route-name.js';

/** A request that is over. */
export interface Watched {
  readonly req: IncomingMessage;
  readonly method: string;
  readonly route: string;
  /** `aborted`: the other side left before the answer had. */
  readonly status: number | 'aborted';
  readonly milliseconds: number;
}

/** Tells of each request of a server, whichever way it takes through it. Nobody asks for this in the usual case, and then it costs nothing. */
export function watchRequests(server: Server, tell: (watched: Watched) => void): void {
  server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    const start = performance.now();
    res.once('close', () =>
      tell({
        req,
        method: req.method ?? 'GET',
        route: routeName(req),
        status: res.writableFinished ? res.statusCode : 'aborted',
        milliseconds: performance.now() - start,
      }),
    );
  });
}

/** The access log: which route, and never what stood in the query. */
export function logRequest(): (watched: Watched) => void {
  const logger = new Logger('Access');
  return ({ req, method, route, status, milliseconds }) =>
    logger.debug({
      request: requestId(req),
      method,
      route,
      status,
      milliseconds: Math.round(milliseconds * 10) / 10,
    });
}
