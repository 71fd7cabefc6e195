import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { Throttle, type ThrottleSubject } from '../attempts/throttle.service.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from './account.entity.js';
import { Accounts } from './accounts.service.js';
import { passwordChanged, type Kept } from './events.js';
import { identifierKey } from './identifiers.js';
import { ImportedHashes } from './imported-hashes.js';
import { PASSWORD_MAX_LENGTH, PasswordHashes } from './password-hash.js';

/** What came of checking a password. `refused` covers wrong, unknown and disabled alike: nobody outside may tell them apart. */
export type PasswordVerdict =
  | { readonly kind: 'proven'; readonly account: Account; readonly counted: ThrottleSubject }
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
    private readonly imported: ImportedHashes,
    private readonly throttle: Throttle,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly outbox: Outbox,
    private readonly events: Events,
  ) {}

  /**
   * @param identifier a user name or an e-mail address, in any spelling
   * @returns what was `counted` is the caller's to forget, with whatever follows from the proof
   */
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
    const subject = { subject: account.id, isAccount: true, browserTokens };
    const verdict = await this.verify(account, password, subject);
    if (verdict.kind === 'proven') await this.throttle.succeeded('password', subject);
    return verdict;
  }

  /**
   * Replaces the password and ends every other session. The caller has made sure of who asks.
   * False: the password or a factor was changed since `account` was read, by the owner throwing somebody out perhaps; then
   * nothing is done.
   */
  async change(account: Account, password: string, keep?: Kept): Promise<boolean> {
    const passwordHash = await this.hashes.make(password);
    const { id: accountId, factorGeneration, passwordChangedAt } = account;
    const now = this.clock.now();
    return this.em.fork().transactional(async (em) => {
      const changed = await em.nativeUpdate(
        Account,
        { id: accountId, factorGeneration, passwordChangedAt: passwordChangedAt ?? null },
        { passwordHash, passwordChangedAt: now, updatedAt: now },
      );
      if (changed !== 1) return false;
      const sql = this.sql.within(em);
      await this.outbox.add(sql, 'password-changed', accountId, {});
      await this.events.emit(passwordChanged, { accountId, keep, sql });
      return true;
    });
  }

  /**
   * Makes the account one without a password. The caller has made sure, from the same `account`, that another way in is left:
   * whatever changes that has changed its factor generation. False: then nothing is done.
   */
  async remove(account: Account, keep?: Kept): Promise<boolean> {
    const { id: accountId, factorGeneration: generation } = account;
    const now = this.clock.now();
    return this.em.fork().transactional(async (em) => {
      const removed = await em.nativeUpdate(
        Account,
        { id: accountId, factorGeneration: generation },
        { passwordHash: null, passwordChangedAt: now, factorGeneration: generation + 1, updatedAt: now },
      );
      if (removed !== 1) return false;
      const sql = this.sql.within(em);
      await this.outbox.add(sql, 'password-removed', accountId, {});
      await this.events.emit(passwordChanged, { accountId, keep, sql });
      return true;
    });
  }

  /**
   * The owner says that somebody else was in the account: the password stops working, every session ends, and a link to a new
   * password goes to the owner's address. No browser counts as known any more: one of them is the intruder's. In the caller's
   * transaction.
   */
  async block(em: EntityManager, accountId: string): Promise<void> {
    const sql = this.sql.within(em);
    // First of all: a change of factor or password that is under way finds another account than it had read.
    await sql.run('UPDATE account SET factor_generation = factor_generation + 1 WHERE id = ?', accountId);
    await em.nativeUpdate(
      Account,
      { id: accountId },
      { passwordHash: null, passwordChangedAt: this.clock.now() },
    );
    await this.events.emit(passwordChanged, { accountId, sql });
    await this.knownBrowsers.forgetAll(sql, accountId);
    await this.outbox.add(sql, 'password-blocked', accountId, {});
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
    if (!matches || !account || account.disabledAt) {
      const sample = await this.imported.sample();
      if (sample) await this.hashes.evenOut(account?.passwordHash, sample, password);
      return { kind: 'refused', account };
    }
    await this.rehashIfOutdated(account, password);
    return { kind: 'proven', account, counted: subject };
  }

  private async rehashIfOutdated(account: Account, password: string): Promise<void> {
    const stored = account.passwordHash!;
    if (!this.hashes.isOutdated(stored)) return;
    const passwordHash = await this.hashes.make(password);
    // Conditional: a password that was changed meanwhile stays changed.
    await this.em.fork().nativeUpdate(Account, { id: account.id, passwordHash: stored }, { passwordHash });
  }
}
