/** The library's state of one provider, as far as provider.keys.ts and declared-claims.library.ts change it. */
declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  interface Internals {
    readonly keystore?: { clear(): void; add(key: object): void };
    jwks?: { keys: object[] };
    readonly configuration?: { readonly scopes?: Set<string> };
  }
  export default function inside(provider: object): Internals | undefined;
}
