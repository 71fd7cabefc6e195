import type { AccountClaims, Client } from 'oidc-provider';
import { DECLARED } from './declared-claims.library.js';

/** What decides whether an ID token says what the scopes ask for. */
export interface TokenRequest {
  /** What the `claims` parameter asks for in the ID token, by name. */
  readonly asked?: Readonly<Record<string, unknown>> | undefined;
  /** No access token comes with it: it is the only place there is. */
  readonly isAlone?: boolean | undefined;
}

/**
 * OpenID Connect Core, section 5.4: where there is an access token, what scopes ask for is at the userinfo endpoint. Many
 * libraries read the ID token alone, so that is for clients that say `id_token_claims: requested`.
 */
export function limitedToRequested(
  available: AccountClaims,
  client: Client,
  { asked = {}, isAlone = false }: TokenRequest,
): AccountClaims {
  if (client['id_token_claims'] !== 'requested' || isAlone) return available;
  const named = (claims: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(claims).filter(([name]) => name === 'sub' || Object.hasOwn(asked, name)),
    );
  const declared = (available as { [DECLARED]?: Record<string, unknown> })[DECLARED] ?? {};
  return { ...named(available), sub: available.sub, [DECLARED]: named(declared) };
}
