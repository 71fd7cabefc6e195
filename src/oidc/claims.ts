import type { AccountClaims } from 'oidc-provider';
import type { Account } from '../users/account.entity.js';

/** Which claims each scope gives (OpenID Connect Core, section 5.4). `acr`, `amr` and `auth_time` come with every ID token. */
export const SCOPE_CLAIMS: Record<string, string[]> = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'preferred_username', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
};

/** Everything there is to say of an account; the provider picks what the granted scopes allow. */
export function accountClaims(account: Account): AccountClaims {
  return {
    sub: account.id,
    name: account.username,
    preferred_username: account.username,
    ...(account.locale ? { locale: account.locale } : {}),
    updated_at: Math.floor(account.updatedAt.getTime() / 1000),
    email: account.email,
    email_verified: account.emailVerifiedAt != null,
  };
}
