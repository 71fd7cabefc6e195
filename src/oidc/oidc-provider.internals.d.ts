/** The library's state of one provider, as far as provider.keys.ts and declared-claims.library.ts change it. */
declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  interface Internals {
    readonly keystore?: { clear(): void; add(key: object): void };
    jwks?: { keys: object[] };
    readonly configuration?: { readonly scopes?: Set<string> };
  }
  export default function inside(provider: object): Internals | undefined;
}

/** What the library's own grants bind tokens to a key with; a grant of ours is handed none of it. */
declare module 'oidc-provider/lib/helpers/grants.js' {
  interface Proof {
    readonly thumbprint: string;
  }
  export function validateDpop(provider: object, ctx: object): Promise<Proof | undefined>;
  export function checkDpopReplay(
    provider: object,
    ctx: object,
    proof: Proof,
    clientId: string,
  ): Promise<void>;
  export function checkDpopRequired(provider: object, ctx: object, proof: Proof | undefined): void;
  export function checkMtlsCert(
    provider: object,
    ctx: object,
  ): import('node:crypto').X509Certificate | undefined;
}

/** Which request is answered, for whoever asks without having been handed it. */
declare module 'oidc-provider/lib/helpers/als.js' {
  const requests: import('node:async_hooks').AsyncLocalStorage<object>;
  export default requests;
}

/** What the provider's own paths are led by. */
declare module 'oidc-provider/lib/helpers/router.js' {
  type Middleware = (
    ctx: import('oidc-provider').KoaContextWithOIDC,
    next: () => Promise<void>,
  ) => Promise<void>;
  type Route = (name: string, path: string, first: Middleware, ...rest: Middleware[]) => Router;
  export default class Router {
    get: Route;
    post: Route;
    put: Route;
    delete: Route;
    options: Route;
  }
}
