import { errors, type Client, type KoaContextWithOIDC } from 'oidc-provider';

interface IssuedToken {
  readonly clientId?: string | undefined;
  readonly kind?: string;
}

/** Scripts of another origin may call for a public client, from where one of its redirect URIs is; anyone's may ask for userinfo so. */
export function mayCallFromBrowser(ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  if (ctx.oidc.route !== 'userinfo' && client.clientAuthMethod !== 'none') return false;
  return client.redirectUris?.some((uri) => new URL(uri).origin === origin && origin !== 'null') ?? false;
}

/** A resource server looks at access tokens made for others; a refresh token concerns its own client alone. */
export function mayIntrospect(_ctx: KoaContextWithOIDC, client: Client, token: IssuedToken): boolean {
  if (token.clientId === client.clientId) return true;
  return token.kind === 'AccessToken' && client.clientAuthMethod !== 'none';
}

/** RFC 7009, section 2.1: a client revokes its own tokens. */
export function mayRevoke(_ctx: KoaContextWithOIDC, client: Client, token: IssuedToken): boolean {
  if (token.clientId === client.clientId) return true;
  // A public client learns nothing, not even that the token exists.
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('client is not authorized to revoke the presented token');
}
