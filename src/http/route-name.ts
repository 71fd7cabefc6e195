import type { IncomingMessage } from 'node:http';

/**
 * What is the provider's: each path in one spelling: the library's router also takes other letters and a slash at the end, and what is decided by
 * a path before it (who registers too often) would not know them.
 */
const ROUTES = [
  '/oidc/(auth(/[^/]+)?|par|token|userinfo|jwks|introspection|revocation|device|backchannel|registration(/[^/]+)?)',
  '/oidc/session/end(/(confirm|success))?',
  '/device(/[\\w-]+)?',
  '/\\.well-known/(openid-configuration|oauth-authorization-server)',
];
export const PROVIDER_PATHS = new RegExp(`^(${ROUTES.join('|')})$`);
/** The part of such a path that is somebody's own. */
const OWN_PART = /^(\/oidc\/(?:auth|registration)|\/device)\/.+$/;

/**
 * What a request was for, as one of few names: an identifier, a token or a query is never part of it. To be asked when the
 * request is over, or has come to its route.
 */
export function routeName(req: IncomingMessage): string {
  const { route, url = '/' } = req as { route?: { path?: unknown }; url?: string };
  if (typeof route?.path === 'string') return route.path;
  const path = url.split('?', 1)[0]!;
  if (PROVIDER_PATHS.test(path)) return path.replace(OWN_PART, '$1/:id');
  return path.startsWith('/assets/') ? '/assets' : 'other';
}
