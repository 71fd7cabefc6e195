import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Secrets } from '../../kernel/secrets.js';

/**
 * Tokens bound to a key of the client's (RFC 9449). Each proof works once, decided like a client assertion. Everyone is
 * offered a nonce; a public client needs one for tokens: its key may live in a browser, where a foreign script could
 * otherwise make proofs for later.
 */
export function dpop(secrets: Secrets) {
  return {
    enabled: true,
    nonceSecret: secrets.key('dpop-nonces'),
    requireNonce: ({ oidc }: KoaContextWithOIDC) =>
      oidc.route === 'token' && oidc.client?.clientAuthMethod === 'none',
  };
}
