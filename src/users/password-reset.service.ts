import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Throttle } from '../attempts/throttle.service.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { passwordChanged } from './events.js';
import { MailQuota } from './mail-quota.js';
import { OneTimeLinks } from './one-time-links.js';
import { PasswordHashes } from './password-hash.js';

/**
 * A new password for somebody who reads the account's mail. It signs nobody in and leaves every second factor as it is
 * (ASVS 6.4.3): whoever stole the mailbox alone gets no further.
 */
@Injectable()
export class PasswordReset {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly hashes: PasswordHashes,
    private readonly links: OneTimeLinks,
    private readonly quota: MailQuota,
    private readonly throttle: Throttle,
    private readonly outbox: Outbox,
    private readonly events: Events,
  ) {}

  /** Whether this server can send the link at all. */
  get isPossible(): boolean {
    return this.outbox.isOpen;
  }

  /**
   * Takes the wish down. What is done does not depend on whether there is such an account, and so neither does the time it
   * takes: one count, one row in the outbox. Whether there is somebody to write to is seen when the letter is written.
   * @param identifier a user name or an e-mail address, in any spelling
   * @param browserTokens the browser's, see KnownBrowsers
   */
  async request(identifier: string, browserTokens: readonly string[]): Promise<void> {
    const account = await this.accounts.findByIdentifier(identifier);
    const { admitted } = await this.quota.admitOwner(account, identifier, browserTokens);
    await this.outbox.add(this.sql, 'reset-password', admitted ? (account?.id ?? null) : null, {});
  }

  /** Whose password a link would replace; undefined: it is none that can be used. */
  async find(token: unknown): Promise<Account | undefined> {
    const link = await this.links.find('reset-password', token);
    const account = link && (await this.accounts.find(link.accountId));
    return account && account.emailKey === link?.addressKey && !account.disabledAt ? account : undefined;
  }

  /**
   * Uses the link up and sets the password, or does neither. Every session ends. The caller has checked the password.
   * @returns the account; undefined: the link is used, too old, or the account has another address by now
   */
  async reset(token: unknown, password: string): Promise<Account | undefined> {
    const passwordHash = await this.hashes.make(password);
    const account = await this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      const link = await this.links.spend(sql, 'reset-password', token);
      if (!link) return undefined;
      const { accountId: id, addressKey: emailKey } = link;
      const now = this.clock.now();
      const changed = await em.nativeUpdate(
        Account,
        { id, emailKey, disabledAt: null },
        { passwordHash, passwordChangedAt: now, updatedAt: now },
      );
      if (changed !== 1) return undefined;
      // The address is not taken for confirmed by this: an operator may have printed the link, and whoever registered with
      // somebody else's address would have its owner confirm it for them.
      await this.outbox.add(sql, 'password-changed', id, {});
      await this.events.emit(passwordChanged, { accountId: id, sql });
      return (await em.findOne(Account, { id })) ?? undefined;
    });
    // What was counted against the old password says nothing about the new one.
    if (account) await this.throttle.reset(account.id, ['password']);
    return account;
  }
}
