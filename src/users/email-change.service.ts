import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsEmail, MaxLength } from 'class-validator';
import { isUniqueViolation } from '../database/failures.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import type { RequestOutcome } from './email-verification.service.js';
import { emailKey } from './identifiers.js';
import { MailQuota } from './mail-quota.js';
import { OneTimeLinks } from './one-time-links.js';
import { Passwords } from './passwords.service.js';

/** The address an account shall move to. */
export class EmailForm {
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.normalize('NFKC').trim() : value,
  )
  @MaxLength(254, { message: 'form.email' })
  @IsEmail({}, { message: 'form.email' })
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
  ) {}

  /** Sends the link to the new address, and word of it to the present one. The answer does not tell whether the new one is free. */
  async request(account: Account, email: string): Promise<RequestOutcome> {
    if (!this.outbox.isOpen) return 'no-mail';
    if (!(await this.quota.admit(email)).admitted) return 'too-often';
    const owner = await this.accounts.findByIdentifier(email);
    await this.sql.transaction(async (sql) => {
      if (owner) await this.outbox.add(sql, 'email-taken', owner.id, {});
      else await this.outbox.add(sql, 'confirm-new-email', account.id, { email });
      await this.outbox.add(sql, 'email-change-requested', account.id, { newEmail: email });
    });
    return 'sent';
  }

  /** The account and the address that a link would give it. */
  async find(token: unknown): Promise<{ account: Account; email: string } | undefined> {
    const link = await this.links.find('confirm-new-email', token);
    const account = link && (await this.accounts.find(link.accountId));
    return account && !account.disabledAt ? { account, email: String(link.detail['email']) } : undefined;
  }

  async confirm(token: unknown): Promise<ChangeOutcome> {
    return this.attempt(async (em) => {
      const sql = this.sql.within(em);
      const link = await this.links.spend(sql, 'confirm-new-email', token);
      const account = link && (await em.findOne(Account, { id: link.accountId, disabledAt: null }));
      if (!account) return { kind: 'gone' };
      const newEmail = String(link.detail['email']);
      const { email: oldEmail, emailVerifiedAt } = account;
      const keptFor = await this.links.reservedFor(sql, emailKey(newEmail));
      if (keptFor !== undefined && keptFor !== account.id) throw new Taken();
      const reservation = await this.links.reserve(sql, account.id, oldEmail, emailVerifiedAt ?? null);
      await this.setEmail(em, account.id, newEmail, this.clock.now());
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
   * password stops working, every session ends, every link made since the change ends, and the owner is sent a new one.
   */
  async undo(token: unknown): Promise<ChangeOutcome> {
    return this.attempt(async (em) => {
      const sql = this.sql.within(em);
      const link = await this.links.spend(sql, 'undo-email-change', token);
      const kept = link && (await this.links.spendReservation(sql, String(link.detail['reservation'])));
      if (!kept) return { kind: 'gone' };
      const { accountId: id } = kept;
      const { email, verifiedAt } = kept.detail as { email: string; verifiedAt: number | null };
      await this.links.endSince(sql, id, kept.createdAt);
      await this.setEmail(em, id, email, verifiedAt === null ? null : new Date(verifiedAt));
      await this.outbox.add(sql, 'email-change-undone', id, {});
      await this.passwords.block(em, id);
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
