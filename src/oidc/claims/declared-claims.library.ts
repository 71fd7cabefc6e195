import type { Provider } from 'oidc-provider';
import inside from 'oidc-provider/lib/helpers/weak_cache.js';
import type { DeclaredClaim } from '../../clients/declared-claims.js';

/** Under this the claims of an account carry what is declared: no claim of the library's can be named so. */
export const DECLARED = Symbol('declared claims');

interface ClaimsOfLibrary {
  readonly available: { readonly [DECLARED]?: Record<string, unknown> };
}
type Result = (this: ClaimsOfLibrary) => Promise<Record<string, unknown>>;

/**
 * The library knows claims and scopes from its configuration alone, which is read once. Ours come and go with the clients
 * file: they are put to its own claims where it makes an ID token or userinfo of them, and never over one of its own.
 */
export function giveDeclaredClaims(provider: Provider): void {
  const { prototype } = (provider as unknown as { Claims: { prototype: { result: Result } } }).Claims;
  const { result } = prototype;
  prototype.result = async function () {
    return { ...this.available[DECLARED], ...(await result.call(this)) };
  };
}

/** Beside the fixed scopes there are those of the declared claims. */
export function learnScopes(provider: Provider, claims: readonly Pick<DeclaredClaim, 'scopes'>[]): void {
  const scopes = inside(provider)?.configuration?.scopes;
  if (!scopes?.has('openid'))
    throw new Error(
      'this version of oidc-provider keeps its scopes elsewhere: see declared-claims.library.ts',
    );
  for (const scope of LEARNED.get(provider) ?? []) scopes.delete(scope);
  const learned = new Set(claims.flatMap((claim) => claim.scopes).filter((scope) => !scopes.has(scope)));
  for (const scope of learned) scopes.add(scope);
  LEARNED.set(provider, learned);
}

const LEARNED = new WeakMap<Provider, Set<string>>();
