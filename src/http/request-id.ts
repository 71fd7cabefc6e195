import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { randomToken } from '../kernel/secrets.js';

/** What proxies and tracing send; anything else is no identifier to write into a log or show on a page. */
const IDENTIFIER = /^[\w.:-]{8,64}$/;

const ids = new WeakMap<IncomingMessage, string>();

/**
 * What the lines of the log and an error page call this request by. It is made when somebody asks for the first time: most
 * requests leave no line. From a trusted proxy the identifier that it gave is kept, so that its log and this one agree.
 */
export function requestId(req: IncomingMessage): string {
  const known = ids.get(req);
  if (known) return known;
  const id = given(req) ?? randomToken(9);
  ids.set(req, id);
  return id;
}

function given(req: IncomingMessage): string | undefined {
  const header = req.headers['x-request-id'];
  if (typeof header !== 'string' || !IDENTIFIER.test(header)) return undefined;
  // Absent where the request never got as far as Express.
  const app = (req as Partial<Request>).app;
  return app?.get('trust proxy') ? header : undefined;
}
