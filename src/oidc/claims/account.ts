import type { Account as ProviderAccount, FindAccount, KoaContextWithOIDC } from 'oidc-provider';
import type { Accounts } from '../../users/accounts.service.js';
import type { Ciba } from '../devices/ciba.service.js';
import type { Entry } from './entry.js';
import type { ReleasedClaims } from './released-claims.js';

interface Parts {
  readonly accounts: Accounts;
  readonly entry: Entry;
  readonly released: ReleasedClaims;
  readonly ciba: Pick<Ciba, 'hinted'>;
}

/**
 * The provider's view of an account. To a token (a code, a refresh token, an access token) of a client that does not let its
 * owner in any more, it is gone: nothing new comes of it. At the authorization endpoint there is no token yet; there the
 * person is told (policy.ts).
 */
export function accountFinder({ accounts, entry, released, ciba }: Parts): FindAccount {
  return async (
    ctx: KoaContextWithOIDC,
    sub: string,
    token: unknown,
  ): Promise<ProviderAccount | undefined> => {
    // There the library takes what the hint says for an account, though a pairwise client knows it by another name.
    const isHint = ctx.oidc.route === 'backchannel_authentication' && ctx.oidc.entities.IdTokenHint;
    const id = isHint ? await ciba.hinted(ctx, sub) : sub;
    const account = id === undefined ? null : await accounts.find(id);
    if (!account || account.disabledAt) return undefined;
    const { client } = ctx.oidc;
    if (token && !(await entry.isOpen(client, account.id))) return undefined;
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
