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
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the client, below
  const isCurrent = prototype.compareClientSecret;
  prototype.compareClientSecret = async function (actual) {
    const previous = this['previous_client_secret'];
    // Both are compared, whatever comes of the first: the time says nothing.
    const isPrevious = typeof previous === 'string' && constantTimeEqual(previous, actual);
    return (await isCurrent.call(this, actual)) || isPrevious;
  };
}
