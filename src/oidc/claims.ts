import {
  errors,
  type AccountClaims,
  type ClaimsParameter,
  type Client,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { Account } from '../users/account.entity.js';

/** Which claims each scope gives (OpenID Connect Core, section 5.4). `acr`, `amr` and `auth_time` come with every ID token. */
export const SCOPE_CLAIMS: Record<string, string[]> = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'preferred_username', 'picture', 'zoneinfo', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
};

/**
 * Everything there is to say of an account; the provider picks what the granted scopes allow.
 * @param picture the absolute address of the person's picture, where there is one
 */
export function accountClaims(account: Account, picture?: string): AccountClaims {
  return {
    sub: account.id,
    name: account.displayName ?? account.username,
    preferred_username: account.username,
    ...(picture ? { picture } : {}),
    ...(account.timeZone ? { zoneinfo: account.timeZone } : {}),
    ...(account.locale ? { locale: account.locale } : {}),
    updated_at: Math.floor(account.updatedAt.getTime() / 1000),
    email: account.email,
    email_verified: account.emailVerifiedAt != null,
  };
}

/** The scopes that would give these claims. */
export function scopesCovering(claims: readonly string[]): string[] {
  return Object.keys(SCOPE_CLAIMS).filter((scope) =>
    SCOPE_CLAIMS[scope]!.some((claim) => claims.includes(claim)),
  );
}

/**
 * The `claims` parameter asks for claims one by one; a client gets none that its allowed scopes would not give it.
 * @throws InvalidRequest
 */
export function refuseUncoveredClaims(
  _ctx: KoaContextWithOIDC,
  claims: ClaimsParameter,
  client: Client,
): void {
  const allowed = client.scope?.split(' ') ?? [];
  const asked = Object.keys({ ...claims.userinfo, ...claims.id_token });
  const refused = asked.find((claim) => {
    const covering = scopesCovering([claim]);
    return covering.length > 0 && !covering.some((scope) => allowed.includes(scope));
  });
  if (refused) throw new errors.InvalidRequest(`the claim "${refused}" is not allowed for this client`);
}
