import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Throttle, type ThrottleSubject } from '../attempts/throttle.service.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { passwordChanged, type Kept } from './events.js';
import { identifierKey } from './identifiers.js';
import { PASSWORD_MAX_LENGTH, PasswordHashes } from './password-hash.js';

/** What came of checking a password. `refused` covers wrong, unknown and disabled alike: nobody outside may tell them apart. */
export type PasswordVerdict =
  | { readonly kind: 'proven'; readonly account: Account }
  | { readonly kind: 'refused'; readonly account: Account | null }
  | { readonly kind: 'throttled'; readonly account: Account | null; readonly retryAfterSeconds: number };

/** Checks and changes passwords. */
@Injectable()
export class Passwords {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
    private readonly hashes: PasswordHashes,
    private readonly throttle: Throttle,
    private readonly events: Events,
  ) {}

  /** @param identifier a user name or an e-mail address, in any spelling */
  async checkTyped(
    identifier: string,
    password: string,
    browserTokens: readonly string[],
  ): Promise<PasswordVerdict> {
    const account = await this.accounts.findByIdentifier(identifier);
    return this.verify(account, password, {
      subject: account?.id ?? identifierKey(identifier).key,
      isAccount: account !== null,
      browserTokens,
    });
  }

  /** Checks the password of a person who is known already; it counts like any other check. */
  async checkOf(
    account: Account,
    password: string,
    browserTokens: readonly string[],
  ): Promise<PasswordVerdict> {
    return this.verify(account, password, { subject: account.id, isAccount: true, browserTokens });
  }

  /** Replaces the password and ends every other session. The caller has made sure of who asks. */
  async change(accountId: string, password: string, keep?: Kept): Promise<void> {
    const passwordHash = await this.hashes.make(password);
    const now = this.clock.now();
    await this.em.fork().transactional(async (em) => {
      await em.nativeUpdate(
        Account,
        { id: accountId },
        { passwordHash, passwordChangedAt: now, updatedAt: now },
      );
      await this.events.emit(passwordChanged, { accountId, keep, sql: this.sql.within(em) });
    });
  }

  private async verify(
    account: Account | null,
    password: string,
    subject: ThrottleSubject,
  ): Promise<PasswordVerdict> {
    const admission = await this.throttle.admit('password', subject);
    if (!admission.admitted)
      return { kind: 'throttled', account, retryAfterSeconds: admission.retryAfterSeconds };
    // No password can be this long: nothing is hashed, and it counts as a wrong one.
    if ([...password].length > PASSWORD_MAX_LENGTH) return { kind: 'refused', account };

    const matches = await this.hashes.matches(account?.passwordHash, password);
    if (!matches || !account || account.disabledAt) return { kind: 'refused', account };
    await this.throttle.succeeded('password', subject);
    await this.rehashIfOutdated(account, password);
    return { kind: 'proven', account };
  }

  private async rehashIfOutdated(account: Account, password: string): Promise<void> {
    const stored = account.passwordHash!;
    if (!this.hashes.isOutdated(stored)) return;
    const passwordHash = await this.hashes.make(password);
    // Conditional: a password that was changed meanwhile stays changed.
    await this.em.fork().nativeUpdate(Account, { id: account.id, passwordHash: stored }, { passwordHash });
  }
}
