import type { RequestHandler } from 'express';
import type { Config } from '../config/config.js';
import { badRequest } from '../kernel/errors.js';

/**
 * The first thing that every request meets, the provider's included: after it there is one spelling of path and host.
 *
 * - A proxy in front may strip the public URL's path or pass it on: inside, it is always stripped.
 * - A request target may name a host of its own ("GET http://evil.example/…"): only its path and query are kept.
 * - Host, Forwarded and X-Forwarded-* are the client's words. Discovery and links are built from the configured
 *   public URL whatever they say, so they are overwritten before anything can read them (host header injection).
 */
export function frontDoor(config: Config): RequestHandler {
  const { host, protocol } = new URL(config.issuer);
  const base = config.basePath;
  return (req, _res, next) => {
    req.headers.host = host;
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    delete req.headers['x-forwarded-host'];
    delete req.headers['x-forwarded-port'];
    delete req.headers['x-forwarded-prefix'];
    delete req.headers['forwarded'];

    const target = ownTarget(req.url);
    req.url = target === undefined ? '/' : withoutBase(target, base);
    req.originalUrl = base + req.url;
    next(target === undefined ? badRequest('the request target is no address of this server') : undefined);
  };
}

/** RFC 9112, section 3.2: origin-form, or absolute-form brought into it; undefined for what is neither. */
function ownTarget(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return undefined;
  const { pathname, search } = new URL(target);
  return pathname + search;
}

function withoutBase(url: string, base: string): string {
  const path = url.split('?', 1)[0]!;
  const query = url.slice(path.length);
  // RFC 8414, section 3.1: the well-known part stands before the issuer's path.
  if (base && path === `/.well-known/oauth-authorization-server${base}`)
    return `/.well-known/oauth-authorization-server${query}`;
  if (base && (path === base || path.startsWith(`${base}/`))) return (path.slice(base.length) || '/') + query;
  return url;
}
