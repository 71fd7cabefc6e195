import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../database/failures.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { randomToken } from '../kernel/secrets.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from './account.entity.js';
import { accountDisabled } from './events.js';
import { emailKey, identifierKey, isImpossible, usernameKey } from './identifiers.js';
import { OneTimeLinks } from './one-time-links.js';
import { Operators } from './operators.service.js';
import { PasswordHashes } from './password-hash.js';

export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** The address is kept for somebody who can still take a change of it back. */
class Reserved extends Error {}

/** Finds, makes and disables accounts. */
@Injectable()
export class Accounts {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly hashes: PasswordHashes,
    private readonly links: OneTimeLinks,
    private readonly operators: Operators,
    private readonly outbox: Outbox,
    private readonly events: Events,
  ) {}

  /** Also finds a disabled account: what follows from that is the caller's to say. */
  async find(id: string): Promise<Account | null> {
    const [account] = await this.sql.entities(Account, 'id = ?', id);
    return account ?? null;
  }

  /** Whether the password, the factors or the standing of an account are no longer what was read. */
  async changedSince(read: Account): Promise<boolean> {
    const now = await this.find(read.id);
    if (!now) return true;
    return (
      now.passwordHash !== read.passwordHash ||
      now.factorGeneration !== read.factorGeneration ||
      now.disabledAt?.getTime() !== read.disabledAt?.getTime()
    );
  }

  /** By user name or e-mail address, in any spelling. */
  async findByIdentifier(typed: string): Promise<Account | null> {
    const { kind, key } = identifierKey(typed);
    if (isImpossible(key)) return null;
    const [account] = await this.sql.entities(
      Account,
      kind === 'email' ? 'email_key = ?' : 'username_key = ?',
      key,
    );
    return account ?? null;
  }

  /**
   * Makes an account, or says that the user name or the address is taken. The password is hashed either way,
   * so that the time does not tell which it was.
   * @param confirm whether a link that confirms the address is sent to it
   * @param allow what has to come true in the same transaction; it throws, and there is no account
   */
  async register(
    { username, email, password }: NewAccount,
    confirm = false,
    allow?: (sql: SqlRunner) => Promise<void>,
  ): Promise<Account | 'taken'> {
    const passwordHash = await this.hashes.make(password);
    const now = this.clock.now();
    const em = this.em.fork();
    const account = em.create(Account, {
      id: randomToken(16),
      username,
      usernameKey: usernameKey(username),
      email,
      emailKey: emailKey(email),
      passwordHash,
      passwordChangedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    try {
      await em.transactional(async (within) => {
        await within.persist(account).flush();
        const sql = this.sql.within(within);
        if (await this.links.reservedFor(sql, account.emailKey)) throw new Reserved();
        await allow?.(sql);
        if (confirm) await this.outbox.add(sql, 'verify-email', account.id, {});
      });
      return account;
    } catch (error) {
      if (isUniqueViolation(error) || error instanceof Reserved) return 'taken';
      throw error;
    }
  }

  /**
   * Ends every session and token of the account, also where it was disabled already.
   * @param evenTheLast for the shell, which can make another operator
   * @returns `last-operator`: nothing was changed
   */
  async disable(
    id: string,
    { evenTheLast = false } = {},
  ): Promise<'disabled' | 'disabled-already' | 'last-operator'> {
    const now = this.clock.now();
    return this.em.fork().transactional(async (em) => {
      const sql = this.sql.within(em);
      if (!evenTheLast && (await this.operators.isLast(sql, id))) return 'last-operator';
      const disabled = await em.nativeUpdate(
        Account,
        { id, disabledAt: null },
        { disabledAt: now, updatedAt: now },
      );
      await this.events.emit(accountDisabled, { accountId: id, sql });
      return disabled === 1 ? 'disabled' : 'disabled-already';
    });
  }

  /** @returns false: it was not disabled */
  async enable(id: string): Promise<boolean> {
    const enabled = await this.em
      .fork()
      .nativeUpdate(
        Account,
        { id, disabledAt: { $ne: null } },
        { disabledAt: null, updatedAt: this.clock.now() },
      );
    return enabled === 1;
  }

  async setLocale(id: string, locale: string): Promise<void> {
    await this.em.fork().nativeUpdate(Account, { id }, { locale, updatedAt: this.clock.now() });
  }
}
