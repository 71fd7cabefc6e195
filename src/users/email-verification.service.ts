import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { MailQuota } from './mail-quota.js';
import { OneTimeLinks } from './one-time-links.js';

export type RequestOutcome = 'sent' | 'too-often' | 'no-mail';

/** Whether the address is the person's: only whoever reads its mail can say so. */
@Injectable()
export class EmailVerification {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly links: OneTimeLinks,
    private readonly quota: MailQuota,
    private readonly outbox: Outbox,
  ) {}

  /** Whether this server can send the link at all. */
  get isPossible(): boolean {
    return this.outbox.isOpen;
  }

  /** Sends the link, again; the one before it ends with it. */
  async request({ id, email }: Account): Promise<RequestOutcome> {
    if (!this.outbox.isOpen) return 'no-mail';
    if (!(await this.quota.admit(email)).admitted) return 'too-often';
    await this.outbox.add(this.sql, 'verify-email', id, {});
    return 'sent';
  }

  /** Whose address a link would confirm; undefined: it is none that can be used. */
  async find(token: unknown): Promise<Account | undefined> {
    const link = await this.links.find('verify-email', token);
    const account = link && (await this.accounts.find(link.accountId));
    return account?.emailKey === link?.addressKey ? (account ?? undefined) : undefined;
  }

  /** @returns the account; undefined: the link is used, too old, or the account has another address by now */
  async confirm(token: unknown): Promise<Account | undefined> {
    return this.em.fork().transactional(async (em) => {
      const link = await this.links.spend(this.sql.within(em), 'verify-email', token);
      if (!link) return undefined;
      const { accountId: id, addressKey: emailKey } = link;
      const now = this.clock.now();
      const confirmed = await em.nativeUpdate(
        Account,
        { id, emailKey },
        { emailVerifiedAt: now, updatedAt: now },
      );
      return confirmed === 1 ? ((await em.findOne(Account, { id })) ?? undefined) : undefined;
    });
  }
}
