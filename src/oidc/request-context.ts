import type { KoaContextWithOIDC } from 'oidc-provider';
import requests from 'oidc-provider/lib/helpers/als.js';
import Router from 'oidc-provider/lib/helpers/router.js';

const METHODS = ['get', 'post', 'put', 'delete', 'options'] as const;

/**
 * Gives each request its context as a value. The library defines a getter for it, another one for each request, and V8 keeps in
 * its old generation what it has learned of each: from there it holds the request and all that hangs on it, long after the
 * answer, through each collection of young garbage (docs/decisions/0052).
 * Must be called before a provider is made: its router has its routes from then on, each with what gives the context first.
 */
export function keepContextsByValue(): void {
  if (Router.prototype.get.name === 'byValue') return;
  for (const method of METHODS) {
    const route = Router.prototype[method];
    Router.prototype[method] = function byValue(name, path, _giver, ...rest) {
      return route.call(this, name, path, giveContext, ...rest);
    };
  }
}

function giveContext(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const { OIDCContext } = ctx.app as unknown as { OIDCContext: new (ctx: object) => object };
  Object.defineProperty(ctx, 'oidc', { value: new OIDCContext(ctx) });
  return requests.run(ctx, next);
}
