import { EntityManager } from '@mikro-orm/core';
import { Injectable, Logger } from '@nestjs/common';
import { AuditErasure } from '../audit/audit-erasure.service.js';
import { Sql } from '../database/sql.js';
import { Clock, DAY } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { accountDeleted, accountDisabled, deletionRequested } from './events.js';
import { MailQuota } from './mail-quota.js';
import { OneTimeLinks } from './one-time-links.js';
import { Operators } from './operators.service.js';
import { heldAccount, type Still } from './still.js';

/** As long as the owner can think better of it. */
export const DELETION_GRACE = 7 * DAY;

/** Ends an account, at its owner's wish or an operator's: every session at once, everything else after a week of grace. */
@Injectable()
export class AccountDeletion {
  private readonly logger = new Logger('Accounts');

  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly links: OneTimeLinks,
    private readonly operators: Operators,
    private readonly erasure: AuditErasure,
    private readonly quota: MailQuota,
    private readonly outbox: Outbox,
    private readonly events: Events,
  ) {}

  /**
   * At the owner's wish.
   * @returns when the account will be gone; `too-often`: wanted and thought better of again and again, it waits, for the owner's
   *   mailbox may be a stranger's; `last-operator`: somebody else has to be one first
   */
  async request(accountId: string): Promise<Date | 'too-often' | 'last-operator'> {
    if (this.outbox.isOpen && !(await this.quota.admitAccount(accountId)).admitted) return 'too-often';
    const now = this.clock.now();
    const dueAt = new Date(now.getTime() + DELETION_GRACE);
    return this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      if (await this.operators.isLast(sql, accountId)) return 'last-operator';
      await em.nativeUpdate(Account, { id: accountId }, { deletionDueAt: dueAt, updatedAt: now });
      await this.events.emit(deletionRequested, { accountId, sql });
      await this.outbox.add(sql, 'deletion-requested', accountId, { dueAt: dueAt.getTime() });
      return dueAt;
    });
  }

  /**
   * At an operator's wish: the same week, in which the account is disabled and its owner cannot keep it. Only an operator can.
   * @param still asked once nobody else can change the account any more
   * @returns when it will be gone; `leaving`: it is about to be deleted already
   */
  async decide(
    accountId: string,
    still?: Still,
  ): Promise<Date | 'leaving' | 'last-operator' | 'not-as-seen'> {
    const now = this.clock.now();
    const dueAt = new Date(now.getTime() + DELETION_GRACE);
    return this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      if (await this.operators.isLast(sql, accountId)) return 'last-operator';
      if (still) {
        const account = await heldAccount(em, sql, accountId);
        if (!account || !still(account)) return 'not-as-seen';
      }
      const [at, due] = [this.sql.moment(now), this.sql.moment(dueAt)];
      const decided = await sql.run(
        `UPDATE account SET deletion_due_at = ?, disabled_at = COALESCE(disabled_at, ?), updated_at = ?
         WHERE id = ? AND deletion_due_at IS NULL`,
        due,
        at,
        at,
        accountId,
      );
      if (decided !== 1) return 'leaving';
      await this.links.endAll(sql, accountId, 'keep-account');
      await this.events.emit(accountDisabled, { accountId, sql });
      await this.outbox.add(sql, 'deletion-decided', accountId, { dueAt: dueAt.getTime() });
      return dueAt;
    });
  }

  /** The owner, signed in, or an operator keeps the account after all. False: it was not about to be deleted. */
  async keep(accountId: string): Promise<boolean> {
    return (await this.em.fork().transactional((em) => this.keepWithin(em, accountId))) !== undefined;
  }

  /** Whose account a link would keep. */
  async find(token: unknown): Promise<Account | undefined> {
    const link = await this.links.find('keep-account', token);
    const account = link && (await this.accounts.find(link.accountId));
    return account?.deletionDueAt ? account : undefined;
  }

  async keepByLink(token: unknown): Promise<Account | undefined> {
    return this.em.fork().transactional(async (em) => {
      const link = await this.links.spend(this.sql.within(em), 'keep-account', token);
      return link && this.keepWithin(em, link.accountId);
    });
  }

  /** Deletes at most `limit` accounts whose grace is over, each with everything that is linked to it. @returns how many were */
  async deleteDue(limit: number): Promise<number> {
    const now = this.clock.now();
    const due = await this.em.fork().find(Account, { deletionDueAt: { $lte: now } }, { limit });
    let deleted = 0;
    for (const account of due) {
      // One that cannot be deleted keeps none of the others.
      await this.delete(account, now).then(
        () => deleted++,
        (error: Error) => this.logger.error(`account ${account.id} is not deleted: ${error.message}`),
      );
    }
    return deleted;
  }

  private async delete({ id, email, emailVerifiedAt, username, locale }: Account, now: Date): Promise<void> {
    // Nobody keeps it any more: the grace is over.
    const emptiedUpTo = await this.erasure.beforehand(id);
    await this.em.fork().transactional(async (em) => {
      // Whoever decides to keep it in this very moment wins.
      if ((await em.nativeDelete(Account, { id, deletionDueAt: { $lte: now } })) !== 1) return;
      const sql = this.sql.within(em);
      await this.events.emit(accountDeleted, { accountId: id, emptiedUpTo, sql });
      const confirmed = emailVerifiedAt != null;
      await this.outbox.add(sql, 'account-deleted', null, {
        email,
        confirmed,
        username,
        locale: locale ?? '',
      });
    });
  }

  /** The same in the transaction of somebody who takes the account back. */
  async keepWithin(em: EntityManager, id: string): Promise<Account | undefined> {
    const now = this.clock.now();
    const kept = await em.nativeUpdate(
      Account,
      { id, deletionDueAt: { $gt: now } },
      { deletionDueAt: null, updatedAt: now },
    );
    if (kept !== 1) return undefined;
    const sql = this.sql.within(em);
    await this.links.endAll(sql, id, 'keep-account');
    await this.outbox.add(sql, 'deletion-cancelled', id, {});
    return em.findOneOrFail(Account, { id });
  }
}
