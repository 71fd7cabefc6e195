import type { Account as ProviderAccount, FindAccount, KoaContextWithOIDC } from 'oidc-provider';
import type { Accounts } from '../../users/accounts.service.js';
import type { Entry } from './entry.js';
import type { ReleasedClaims } from './released-claims.js';

interface Parts {
  readonly accounts: Accounts;
  readonly entry: Entry;
  readonly released: ReleasedClaims;
}

/**
 * The provider's view of an account. To a token (a code, a refresh token, an access token) of a client that does not let its
 * owner in any more, it is gone: nothing new comes of it. At the authorization endpoint there is no token yet; there the
 * person is told (policy.ts).
 */
export function accountFinder({ accounts, entry, released }: Parts): FindAccount {
  return async (
    ctx: KoaContextWithOIDC,
    id: string,
    token: unknown,
  ): Promise<ProviderAccount | undefined> => {
    const account = await accounts.find(id);
    if (!account || account.disabledAt) return undefined;
    const { client } = ctx.oidc;
    if (token && !(await entry.isOpen(client, id))) return undefined;
    return {
      accountId: account.id,
      claims: (use, scope, asked) =>
        released.of(account, { client: client!, grant: ctx.oidc.entities.Grant }, use, scope, {
          asked,
          isAlone: ctx.oidc.params?.['response_type'] === 'id_token',
        }),
    };
  };
}
