/** The library's state of one provider, as far as provider.keys.ts changes it. */
declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  interface Internals {
    readonly keystore?: { clear(): void; add(key: object): void };
    jwks?: { keys: object[] };
  }
  export default function inside(provider: object): Internals | undefined;
}
