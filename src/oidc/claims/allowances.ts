import type { DeclaredClaim } from '../../clients/declared-claims.js';

/** In the order in which people are asked. */
const WORDED_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'groups', 'offline_access'];

/** One line of what an application is allowed: a scope that has words of its own, or a declared claim. */
export type Allowance =
  | { readonly name: string }
  | { readonly claim: { readonly name: string; readonly description: string | undefined } };

/** What an application may see, for the partial `scope-text`. A declared scope is shown as the claims that it gives. */
export function allowances(scopes: readonly string[], claims: readonly DeclaredClaim[]): Allowance[] {
  return [
    ...WORDED_SCOPES.filter((name) => scopes.includes(name)).map((name) => ({ name })),
    ...claims.map(({ name, description }) => ({ claim: { name, description } })),
  ];
}
