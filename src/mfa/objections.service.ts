import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Account } from '../users/account.entity.js';
import { Accounts } from '../users/accounts.service.js';
import { OneTimeLinks } from '../users/one-time-links.js';
import { Passwords } from '../users/passwords.service.js';
import { ReclaimedAccounts } from './reclaimed-accounts.js';

/** `closed`: nobody can sign in any more, and the operator has to help. */
export type Objected = { readonly kind: 'secured' | 'closed'; readonly account: Account };

/**
 * "This wasn't me", from a link in a mail. Every session ends, the password stops working and a link to a new one is sent.
 * Factors that were added since are removed where an older one is left. Where there is none, removing them would let whoever
 * reads the mail sign in with one factor: the account is closed instead, and nothing is removed.
 */
@Injectable()
export class Objections {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly reclaimed: ReclaimedAccounts,
    private readonly links: OneTimeLinks,
  ) {}

  /** Whose account a link would secure; undefined: it is none that can be used. */
  async find(token: unknown): Promise<Account | undefined> {
    const link = await this.links.find('not-me', token);
    const account = link && (await this.accounts.find(link.accountId));
    return account?.emailKey === link?.addressKey ? (account ?? undefined) : undefined;
  }

  /** Uses the link up. */
  async object(token: unknown): Promise<Objected | undefined> {
    return this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      const link = await this.links.spend(sql, 'not-me', token);
      const account = link && (await em.findOne(Account, { id: link.accountId, disabledAt: null }));
      // The link was for whoever reads that address's mail. If the account has another one by now, there is a link to undo that.
      if (!account || account.emailKey !== link.addressKey) return undefined;
      const { since = link.createdAt, id } = link.detail as { since?: number; id?: string };
      await this.passwords.block(em, account.id);
      const kind = await this.reclaimed.disown(em, sql, account.id, new Date(since), id);
      return { kind, account };
    });
  }
}
