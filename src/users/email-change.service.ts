import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsEmail, MaxLength } from '../http/rules.js';
import { isUniqueViolation } from '../database/failures.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { accountReclaimed } from './events.js';
import type { RequestOutcome } from './email-verification.service.js';
import { EMAIL, emailKey, tidied } from './identifiers.js';
import { MailQuota } from './mail-quota.js';
import { OneTimeLinks, type Link } from './one-time-links.js';
import { Passwords } from './passwords.service.js';

/** The address an account shall move to. */
export class EmailForm {
  @Transform(tidied)
  @MaxLength(254, { message: 'form.email' })
  @IsEmail(EMAIL, { message: 'form.email' })
  email!: string;
}

/** `gone`: the link cannot be used (any more). `taken`: the address belongs to somebody else by now. */
export type ChangeOutcome =
  { readonly kind: 'changed'; readonly account: Account } | { readonly kind: 'gone' | 'taken' };

/** Nothing of the change is kept. */
class Taken extends Error {}

/**
 * Moving an account to another address. The old one counts until the new one is confirmed; whoever reads the old one's mail
 * can take the change back for a week, whatever has happened to the account since.
 */
@Injectable()
export class EmailChange {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly links: OneTimeLinks,
    private readonly quota: MailQuota,
    private readonly outbox: Outbox,
    private readonly passwords: Passwords,
    private readonly events: Events,
  ) {}

  /** Sends the link to the new address, and word of it to the present one. The answer does not tell whether the new one is free. */
  async request(account: Account, email: string): Promise<RequestOutcome> {
    if (!this.outbox.isOpen) return 'no-mail';
    if (!(await this.quota.admitAccount(account.id)).admitted) return 'too-often';
    // Whether that mailbox has had its share is nobody's business who does not read it.
    const { admitted } = await this.quota.admit(email);
    const owner = await this.accounts.findByIdentifier(email);
    const begunWith = account.passwordChangedAt?.getTime() ?? null;
    await this.sql.transaction(async (sql) => {
      if (admitted && owner) await this.outbox.add(sql, 'email-taken', owner.id, {});
      if (admitted && !owner)
        await this.outbox.add(sql, 'confirm-new-email', account.id, { email, begunWith });
      await this.outbox.add(sql, 'email-change-requested', account.id, { newEmail: email });
    });
    return 'sent';
  }

  /** The account and the address that a link would give it. */
  async find(token: unknown): Promise<{ account: Account; email: string } | undefined> {
    const link = await this.links.find('confirm-new-email', token);
    const account = link && (await this.accounts.find(link.accountId));
    if (!account || account.disabledAt || !isStillBegun(link, account)) return undefined;
    return { account, email: String(link.detail['email']) };
  }

  async confirm(token: unknown): Promise<ChangeOutcome> {
    return this.attempt(async (em) => {
      const sql = this.sql.within(em);
      const link = await this.links.spend(sql, 'confirm-new-email', token);
      const account = link && (await em.findOne(Account, { id: link.accountId, disabledAt: null }));
      if (!account || !isStillBegun(link, account)) return { kind: 'gone' };
      const newEmail = String(link.detail['email']);
      const { email: oldEmail, emailVerifiedAt } = account;
      const reservation = await this.links.reserve(sql, account.id, oldEmail, emailVerifiedAt ?? null);
      await this.setEmail(em, account.id, newEmail, this.clock.now());
      // Afterwards: whoever gives the address up at this moment has by then reserved it.
      const keptFor = await this.links.reservedFor(sql, emailKey(newEmail));
      if (keptFor !== undefined && keptFor !== account.id) throw new Taken();
      await this.links.endAll(sql, account.id, 'verify-email');
      await this.links.endAll(sql, account.id, 'reset-password');
      await this.outbox.add(sql, 'email-changed', account.id, { oldEmail, newEmail, reservation });
      return {
        kind: 'changed',
        account: await em.findOneOrFail(Account, { id: account.id }, { refresh: true }),
      };
    });
  }

  /** The account and the address that a link would give back. */
  async findUndo(token: unknown): Promise<{ account: Account; email: string } | undefined> {
    const link = await this.links.find('undo-email-change', token);
    const account = link && (await this.accounts.find(link.accountId));
    return account ? { account, email: String(link.detail['email']) } : undefined;
  }

  /**
   * Gives the account its former address back. Whoever had changed it may know the password and hold sessions and links: the
   * password stops working, every session, link and factor of since then ends, and the owner is sent a link to a new password.
   */
  async undo(token: unknown): Promise<ChangeOutcome> {
    return this.attempt(async (em) => {
      const sql = this.sql.within(em);
      const link = await this.links.spend(sql, 'undo-email-change', token);
      const kept = link && (await this.links.spendReservation(sql, String(link.detail['reservation'])));
      if (!kept) return { kind: 'gone' };
      const { accountId: id } = kept;
      const { email, verifiedAt } = kept.detail as { email: string; verifiedAt: number | null };
      const before = await em.findOneOrFail(Account, { id });
      await this.passwords.block(em, id);
      await this.links.endSince(sql, id, kept.createdAt);
      await this.events.emit(accountReclaimed, {
        accountId: id,
        since: new Date(kept.createdAt),
        em,
        sql,
      });
      await this.outbox.add(sql, 'email-taken-back', null, {
        email: before.email,
        username: before.username,
        locale: before.locale ?? '',
      });
      await this.setEmail(em, id, email, verifiedAt === null ? null : new Date(verifiedAt));
      await this.outbox.add(sql, 'email-change-undone', id, {});
      return { kind: 'changed', account: await em.findOneOrFail(Account, { id }, { refresh: true }) };
    });
  }

  private async setEmail(
    em: EntityManager,
    id: string,
    email: string,
    verifiedAt: Date | null,
  ): Promise<void> {
    await em.nativeUpdate(
      Account,
      { id },
      { email, emailKey: emailKey(email), emailVerifiedAt: verifiedAt, updatedAt: this.clock.now() },
    );
  }

  private async attempt(change: (em: EntityManager) => Promise<ChangeOutcome>): Promise<ChangeOutcome> {
    try {
      return await this.em.fork().transactional(change);
    } catch (error) {
      if (isUniqueViolation(error) || error instanceof Taken) return { kind: 'taken' };
      throw error;
    }
  }
}

/** A change that was begun with another password than today's is not the owner's any more. A printed link is the operator's word. */
function isStillBegun({ detail }: Link, { passwordChangedAt }: Account): boolean {
  return detail['begunWith'] === undefined || detail['begunWith'] === (passwordChangedAt?.getTime() ?? null);
}
