import type { Client, Provider } from 'oidc-provider';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export interface LogoutFacts {
  /** The token's `jti`. */
  readonly id: string;
  readonly accountId: string;
  readonly sid: string | null;
}

/**
 * A logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4), signed as the client's ID tokens are, good for two
 * minutes. The library makes one only to send it at once, with another `jti` each time.
 */
export async function logoutToken(
  provider: Provider,
  client: Client,
  { id, accountId, sid }: LogoutFacts,
): Promise<string> {
  const token = new provider.IdToken({ sub: accountId }, { client });
  // Not in the types: which claims the token has of those that are available.
  (token as unknown as { mask: object }).mask = { sub: null };
  token.set('events', { [EVENT]: {} });
  token.set('jti', id);
  if (sid !== null && client.backchannelLogoutSessionRequired) token.set('sid', sid);
  return token.issue({ use: 'logout' });
}

/** The library sends logout tokens once, while the person waits: here the outbox does (logout-delivery.service.ts). */
export function leaveSendingToTheOutbox(provider: Provider): void {
  const prototype = provider.Client.prototype as unknown as { backchannelLogout(): Promise<void> };
  prototype.backchannelLogout = () => Promise.resolve();
}
