import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Throttle } from '../attempts/throttle.service.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { Outbox } from '../mail/outbox.js';
import { Account } from '../users/account.entity.js';
import type { Kept } from '../users/events.js';
import type { Factor } from './assurance.js';
import { Authenticators } from './authenticators.service.js';
import { isMistyped, normalizedBackupCode } from './backup-code-format.js';
import { BackupCodes } from './backup-codes.service.js';
import { hasSecondFactor, type Enrolled } from './enrolled.js';
import { secondFactorChanged } from './events.js';
import { passkeyName } from './passkey-name.js';
import { Passkeys, type NewPasskey } from './passkeys.service.js';
import { codeDigits, type Drift } from './totp.js';

/** @property codes the account's first backup codes, shown once; undefined: it has some already */
export type EnrolmentOutcome =
  | { readonly kind: 'enrolled'; readonly codes: string[] | undefined }
  | { readonly kind: 'wrong-code'; readonly drift?: Drift | undefined }
  | { readonly kind: 'changed-meanwhile' };

export type SecondFactorVerdict =
  | { readonly kind: 'proven'; readonly factor: Factor }
  | { readonly kind: 'refused'; readonly hint?: 'typo' | Drift | undefined }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number };

/** The transaction is given up. */
class NotAllowed extends Error {}

/** Enrols, checks and removes second factors. Who may do so is decided by the callers; the owner is told of each change. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly throttle: Throttle,
    private readonly authenticators: Authenticators,
    private readonly passkeys: Passkeys,
    private readonly backupCodes: BackupCodes,
    private readonly outbox: Outbox,
    private readonly events: Events,
  ) {}

  async enrolled(accountId: string): Promise<Enrolled> {
    return {
      authenticators: await this.authenticators.list(accountId),
      passkeys: await this.passkeys.list(accountId),
      backupCodes: await this.backupCodes.state(accountId),
    };
  }

  /** Turns the offer (Authenticators.offer) into one of the account's authenticators once a first code proves that the app has it. */
  async enrol(
    account: Account,
    ceremony: string,
    { code, name = '' }: { code: string; name?: string | undefined },
    keep?: Kept,
  ): Promise<EnrolmentOutcome> {
    const first = await this.authenticators.firstCode(account, ceremony, code);
    if (first.kind === 'wrong') return { kind: 'wrong-code', drift: first.drift };
    const outcome = await this.changeFactors(account, keep, async (em, sql) => {
      const id = await this.authenticators.insertWithin(em, account.id, name, first);
      await this.outbox.add(sql, 'second-factor-added', account.id, { factor: 'totp', id, name });
      return { codes: await this.backupCodes.makeFirstWithin(em, account.id) };
    });
    return outcome ? { kind: 'enrolled', codes: outcome.codes } : { kind: 'changed-meanwhile' };
  }

  /**
   * @param typed what its owner calls it; '': where it is kept
   * @param credential verified by Passkeys.verifyCreation
   * @throws PasskeyNotStored where it belongs to an account already, or this one has too many
   */
  async addPasskey(
    account: Account,
    typed: string,
    credential: NewPasskey,
    keep?: Kept,
  ): Promise<EnrolmentOutcome> {
    const name = passkeyName(typed) || credential.suggestedName;
    const outcome = await this.changeFactors(account, keep, async (em, sql) => {
      const id = await this.passkeys.insertWithin(em, account.id, name, credential, this.clock.now());
      await this.outbox.add(sql, 'second-factor-added', account.id, { factor: 'passkey', id, name });
      return { codes: await this.backupCodes.makeFirstWithin(em, account.id) };
    });
    return outcome ? { kind: 'enrolled', codes: outcome.codes } : { kind: 'changed-meanwhile' };
  }

  /**
   * Removes one authenticator or passkey; with the last second factor the backup codes go, too.
   * That a way in is left is the caller's to make sure of, from the same `account`: what changes that meanwhile changes its generation.
   */
  async remove(account: Account, factor: 'totp' | 'passkey', id: string, keep?: Kept): Promise<boolean> {
    const done = await this.changeFactors(account, keep, async (em, sql) => {
      const store = factor === 'totp' ? this.authenticators : this.passkeys;
      const name = await store.removeWithin(em, account.id, id);
      if (name === undefined) return false;
      await this.outbox.add(sql, 'second-factor-removed', account.id, { factor, name });
      if ((await this.countWithin(em, account.id)) === 0) await this.backupCodes.removeWithin(em, account.id);
      return true;
    });
    return done ?? false;
  }

  /** Ten new backup codes; undefined when the factors were changed elsewhere meanwhile. */
  async remakeBackupCodes(account: Account, keep?: Kept): Promise<string[] | undefined> {
    return this.changeFactors(account, keep, async (em, sql) => {
      await this.outbox.add(sql, 'backup-codes-made', account.id, {});
      return this.backupCodes.makeWithin(em, account.id);
    });
  }

  /** Removes every second factor and the backup codes. False when the factors were changed elsewhere meanwhile. */
  async turnOff(account: Account, keep?: Kept): Promise<boolean> {
    const done = await this.changeFactors(account, keep, async (em, sql) => {
      await this.removeAllWithin(em, account.id);
      await this.outbox.add(sql, 'second-factor-off', account.id, {});
      return true;
    });
    return done ?? false;
  }

  /**
   * Removes every second factor if `allowed`, which is part of the same transaction, says so: the verdict on a request of
   * somebody who has lost them all.
   */
  async recover(
    account: Account,
    keep: Kept | undefined,
    allowed: (sql: SqlRunner) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      const done = await this.changeFactors(account, keep, async (em, sql) => {
        if (!(await allowed(sql))) throw new NotAllowed();
        await this.removeAllWithin(em, account.id);
        await this.outbox.add(sql, 'recovery-used', account.id, {});
        return true;
      });
      return done ?? false;
    } catch (error) {
      if (error instanceof NotAllowed) return false;
      throw error;
    }
  }

  async removeAllWithin(em: EntityManager, accountId: string): Promise<void> {
    await this.authenticators.removeAllWithin(em, accountId);
    await this.passkeys.removeAllWithin(em, accountId);
    await this.backupCodes.removeWithin(em, accountId);
  }

  private async countWithin(em: EntityManager, accountId: string): Promise<number> {
    return (
      (await this.authenticators.countWithin(em, accountId)) +
      (await this.passkeys.countWithin(em, accountId))
    );
  }

  /** Whether the account has any: then every sign-in takes two factors. */
  async has(accountId: string): Promise<boolean> {
    return hasSecondFactor(await this.enrolled(accountId));
  }

  /** Checks what was typed as a second factor: six or eight digits are a TOTP code, sixteen characters a backup code. */
  async check(
    account: Account,
    typed: string,
    browserTokens: readonly string[],
  ): Promise<SecondFactorVerdict> {
    const subject = { subject: account.id, isAccount: true, browserTokens };
    const admission = await this.throttle.admit('second-factor', subject);
    if (!admission.admitted) return { kind: 'throttled', retryAfterSeconds: admission.retryAfterSeconds };

    const verdict = await this.verdictOn(account.id, typed);
    if (verdict.kind === 'proven') await this.throttle.succeeded('second-factor', subject);
    return verdict;
  }

  private async verdictOn(accountId: string, typed: string): Promise<SecondFactorVerdict> {
    const digits = codeDigits(typed);
    if (digits) {
      const verdict = await this.authenticators.spend(accountId, digits);
      return verdict.kind === 'proven' ? { ...verdict, factor: 'totp' } : { ...verdict, hint: verdict.drift };
    }
    const code = normalizedBackupCode(typed);
    if (!code) return { kind: 'refused' };
    // Looked up whatever its check character says: codes of before there was one have none.
    if (await this.backupCodes.spend(accountId, code)) return { kind: 'proven', factor: 'backup-code' };
    return { kind: 'refused', hint: isMistyped(code) ? 'typo' : undefined };
  }

  /**
   * Runs a change of factors if nobody else has changed them since `account` was read: two at once cannot both win.
   * What was begun with the old factors ends in the same commit.
   */
  private changeFactors<T>(
    account: Account,
    keep: Kept | undefined,
    change: (em: EntityManager, sql: SqlRunner) => Promise<T>,
  ): Promise<T | undefined> {
    return this.em.fork().transactional(async (em) => {
      const { id, factorGeneration: generation } = account;
      const won = await em.nativeUpdate(
        Account,
        { id, factorGeneration: generation },
        { factorGeneration: generation + 1, updatedAt: this.clock.now() },
      );
      if (won !== 1) return undefined;
      const sql = this.sql.within(em);
      const result = await change(em, sql);
      await this.events.emit(secondFactorChanged, { accountId: id, keep, sql });
      return result;
    });
  }
}
