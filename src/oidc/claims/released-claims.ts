import { Injectable } from '@nestjs/common';
import type { AccountClaims, Client } from 'oidc-provider';
import { DeclaredClaims, valueFor, type DeclaredClaim } from '../../clients/declared-claims.js';
import type { Account } from '../../users/account.entity.js';
import { Avatars } from '../../users/avatars.service.js';
import { Groups } from '../../users/groups.service.js';
import { accountClaims } from './claims.js';
import { DECLARED } from './declared-claims.library.js';
import { limitedToRequested, type TokenRequest } from './id-token-claims.js';

/** What was allowed to a client, as far as it decides which claims it gets. */
export interface Allowed {
  getOIDCScopeFiltered(scopes: Set<string>): string;
  getOIDCClaimsFiltered(claims: Set<string>): string[];
}

export interface Receiver {
  readonly client: Client;
  /** Undefined: as if everything that is asked for were allowed. */
  readonly grant: Allowed | undefined;
}

/** Where claims are given. */
export type ClaimsUse = 'id_token' | 'userinfo';

/** What a client gets to know of a person. The page that explains it to operators asks here, too. */
@Injectable()
export class ReleasedClaims {
  constructor(
    private readonly declared: DeclaredClaims,
    private readonly groups: Groups,
    private readonly avatars: Avatars,
  ) {}

  /**
   * @param use a ClaimsUse; @param requested scopes: of them count those that were granted; @param token for an ID token, how
   * it was asked for
   */
  async of(
    account: Account,
    { client, grant }: Receiver,
    use: string,
    requested: string,
    token: TokenRequest = {},
  ): Promise<AccountClaims> {
    const asked = new Set(requested.split(' '));
    const scopes = grant ? new Set(grant.getOIDCScopeFiltered(asked).split(' ')) : asked;
    const given = (await this.declared.given(client.clientId, scopes)).filter(
      (claim) => use === 'userinfo' || claim.idToken,
    );
    const allowed = this.allowed(given, client, grant);
    const groups = await this.groups.of(account.id);
    const facts = { attributes: account.attributes ?? {}, groups };
    const own = allowed
      .map((claim) => [claim.name, valueFor(claim, facts)] as const)
      .filter(([, value]) => value !== undefined);
    const available = {
      ...accountClaims(account, { picture: await this.avatars.url(account.id), groups }),
      [DECLARED]: Object.fromEntries(own),
    };
    return use === 'id_token' ? limitedToRequested(available, client, token) : available;
  }

  /** What a third party gets beside the standard claims was shown to the person claim by claim. */
  private allowed(given: DeclaredClaim[], client: Client, grant: Allowed | undefined): DeclaredClaim[] {
    if (!grant || client['first_party'] === true) return given;
    const shown = grant.getOIDCClaimsFiltered(new Set(given.map(({ name }) => name)));
    return given.filter(({ name }) => shown.includes(name));
  }
}
