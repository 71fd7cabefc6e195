import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Account } from '../users/account.entity.js';
import { Accounts } from '../users/accounts.service.js';
import { accountDisabled } from '../users/events.js';
import { OneTimeLinks } from '../users/one-time-links.js';
import { Passwords } from '../users/passwords.service.js';
import { SecondFactors } from './second-factors.service.js';

/** `closed`: nobody can sign in any more, and the operator has to help. */
export type Objected = { readonly kind: 'secured' | 'closed'; readonly account: Account };

/**
 * "This wasn't me", from a link in a mail. Every session ends, the password stops working and a link to a new one is sent.
 * A second factor that somebody else has added is removed where another one is left. Where it was the only one, removing it
 * would let whoever reads the mail sign in with one factor: the account is closed instead.
 */
@Injectable()
export class Objections {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly secondFactors: SecondFactors,
    private readonly links: OneTimeLinks,
    private readonly events: Events,
  ) {}

  /** Whose account a link would secure; undefined: it is none that can be used. */
  async find(token: unknown): Promise<Account | undefined> {
    const link = await this.links.find('not-me', token);
    return (link && (await this.accounts.find(link.accountId))) ?? undefined;
  }

  /** Uses the link up. */
  async object(token: unknown): Promise<Objected | undefined> {
    return this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      const link = await this.links.spend(sql, 'not-me', token);
      const account = link && (await em.findOne(Account, { id: link.accountId, disabledAt: null }));
      if (!account) return undefined;
      const { factor, id } = link.detail as { factor?: 'totp' | 'passkey'; id?: string };
      const outcome =
        factor && id ? await this.secondFactors.disown(em, account.id, factor, id) : 'nothing-to-remove';
      if (outcome === 'only-one') {
        const now = this.clock.now();
        await em.nativeUpdate(Account, { id: account.id }, { disabledAt: now, updatedAt: now });
        await this.events.emit(accountDisabled, { accountId: account.id, sql });
        return { kind: 'closed', account };
      }
      await this.passwords.block(em, account.id);
      return { kind: 'secured', account };
    });
  }
}
