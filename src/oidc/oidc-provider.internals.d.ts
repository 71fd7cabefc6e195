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
