import type { AccessToken, ClientCredentials, KoaContextWithOIDC, UnknownObject } from 'oidc-provider';

/** What a token was issued from, where it says how the person signed in. */
interface SignedInSource {
  readonly acr?: string;
  readonly authTime?: number;
}

/**
 * What an access token says beside what every one says, be it a JWT (RFC 9068, section 2.2.1) or asked about by
 * introspection (RFC 9470, section 6.2): how the person signed in, and when.
 */
export function tokenClaims(
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): UnknownObject | undefined {
  if (token.kind !== 'AccessToken') return undefined;
  if (ctx.state['exchanged']) return ctx.state['exchanged'] as UnknownObject;
  const { entities } = ctx.oidc;
  const source: SignedInSource | undefined =
    entities.RefreshToken ??
    entities.AuthorizationCode ??
    entities.DeviceCode ??
    entities.BackchannelAuthenticationRequest;
  const claims = {
    ...(source?.acr === undefined ? {} : { acr: source.acr }),
    ...(source?.authTime === undefined ? {} : { auth_time: source.authTime }),
  };
  return Object.keys(claims).length > 0 ? claims : undefined;
}
