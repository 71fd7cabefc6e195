import type { Client, Provider } from 'oidc-provider';
import { constantTimeEqual } from '../../kernel/secrets.js';

interface WithSecret {
  compareClientSecret(this: Client, actual: string): boolean | Promise<boolean>;
}

/**
 * Two secrets overlap while an application moves from one to the next: the previous one counts as long as it is declared
 * (`previous_client_secret`). The library knows one.
 */
export function acceptPreviousSecrets(provider: Provider): void {
  const prototype = provider.Client.prototype as unknown as WithSecret;
  prototype.compareClientSecret = function (actual) {
    const secrets = [this.clientSecret, this['previous_client_secret']];
    // Both are compared, whatever comes of the first: the time says nothing.
    return secrets.map((each) => typeof each === 'string' && constantTimeEqual(each, actual)).includes(true);
  };
}
