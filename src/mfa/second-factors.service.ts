import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Throttle } from '../attempts/throttle.service.js';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { randomToken, Secrets } from '../kernel/secrets.js';
import { Account } from '../users/account.entity.js';
import type { Kept } from '../users/events.js';
import type { Factor } from './assurance.js';
import { Authenticator } from './authenticator.entity.js';
import { normalizedBackupCode } from './backup-code-format.js';
import { BackupCodes } from './backup-codes.service.js';
import { secondFactorChanged } from './events.js';
import { keyUri, matchingStep, secretFromBytes, sixDigits } from './totp.js';

/** What an account has enrolled. */
export interface Enrolled {
  readonly totp: { readonly since: Date; readonly lastUsedAt: Date | null } | undefined;
  readonly backupCodesLeft: number;
  readonly backupCodeLastUsedAt: Date | null;
  readonly backupCodesConfirmed: boolean;
}

export interface Offer {
  /** base32 */
  readonly secret: string;
  /** otpauth: URI */
  readonly uri: string;
}

export type EnrolmentOutcome =
  | { readonly kind: 'enrolled'; readonly codes: string[] }
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'changed-meanwhile' };

export type SecondFactorVerdict =
  | { readonly kind: 'proven'; readonly factor: Factor }
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number };

/** Enrols, checks, replaces and removes second factors. Who may do so is decided by the callers. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
    private readonly throttle: Throttle,
    private readonly backupCodes: BackupCodes,
    private readonly events: Events,
  ) {}

  async enrolled(accountId: string): Promise<Enrolled> {
    const authenticator = await this.em.fork().findOne(Authenticator, { accountId });
    const codes = authenticator
      ? await this.backupCodes.state(accountId)
      : { left: 0, lastUsedAt: null, confirmed: false };
    return {
      totp: authenticator
        ? { since: authenticator.createdAt, lastUsedAt: authenticator.lastUsedAt ?? null }
        : undefined,
      backupCodesLeft: codes.left,
      backupCodeLastUsedAt: codes.lastUsedAt,
      backupCodesConfirmed: codes.confirmed,
    };
  }

  /**
   * The secret to put into an authenticator app. It is derived, not stored, so showing the page changes nothing and
   * reloading it shows the same secret. It is bound to the ceremony (a session or an interaction): someone who saw the
   * page in a session of their own has seen a secret that will never be this person's. It is bound to the account's
   * factor generation: once anything was enrolled or removed, it is another one.
   */
  offer(account: Account, ceremony: string): Offer {
    const bytes = this.secrets.mac(
      'totp-enrolment',
      JSON.stringify([account.id, ceremony, account.factorGeneration]),
    );
    const secret = secretFromBytes(bytes);
    return { secret, uri: keyUri(secret, this.config.serviceName, account.username) };
  }

  /**
   * Turns the offer into the account's authenticator once a first code proves that the app has it. An older
   * authenticator and its backup codes are replaced. The enrolment's code is spent like any other.
   */
  async enrol(account: Account, ceremony: string, typed: string, keep?: Kept): Promise<EnrolmentOutcome> {
    const { secret } = this.offer(account, ceremony);
    const code = sixDigits(typed);
    const now = this.clock.now();
    const step = code === undefined ? undefined : await matchingStep(secret, code, now);
    if (step === undefined) return { kind: 'wrong-code' };

    const codes = await this.changeFactors(account, keep, async (em) => {
      const id = randomToken(16);
      await em.nativeDelete(Authenticator, { accountId: account.id });
      await em.insert(Authenticator, {
        id,
        accountId: account.id,
        sealedSecret: this.secrets.seal(secret, place(id)),
        lastStep: step,
        createdAt: now,
        lastUsedAt: now,
      });
      return this.backupCodes.makeWithin(em, account.id);
    });
    if (!codes) return { kind: 'changed-meanwhile' };
    return { kind: 'enrolled', codes };
  }

  /** Ten new backup codes; undefined when the factors were changed elsewhere meanwhile. */
  async remakeBackupCodes(account: Account, keep?: Kept): Promise<string[] | undefined> {
    return this.changeFactors(account, keep, (em) => this.backupCodes.makeWithin(em, account.id));
  }

  /** Removes the authenticator and the backup codes. False when the factors were changed elsewhere meanwhile. */
  async turnOff(account: Account, keep?: Kept): Promise<boolean> {
    const done = await this.changeFactors(account, keep, async (em) => {
      await em.nativeDelete(Authenticator, { accountId: account.id });
      await this.backupCodes.removeWithin(em, account.id);
      return true;
    });
    return done ?? false;
  }

  /** Checks what was typed as a second factor: six digits are a TOTP code, sixteen characters a backup code. */
  async check(
    account: Account,
    typed: string,
    browserTokens: readonly string[],
  ): Promise<SecondFactorVerdict> {
    const subject = { subject: account.id, isAccount: true, browserTokens };
    const admission = await this.throttle.admit('second-factor', subject);
    if (!admission.admitted) return { kind: 'throttled', retryAfterSeconds: admission.retryAfterSeconds };

    const factor = await this.provenBy(account.id, typed);
    if (!factor) return { kind: 'refused' };
    await this.throttle.succeeded('second-factor', subject);
    return { kind: 'proven', factor };
  }

  private async provenBy(accountId: string, typed: string): Promise<Factor | undefined> {
    const digits = sixDigits(typed);
    if (digits) return (await this.spendTotp(accountId, digits)) ? 'totp' : undefined;
    const code = normalizedBackupCode(typed);
    if (code) return (await this.backupCodes.spend(accountId, code)) ? 'backup-code' : undefined;
    return undefined;
  }

  private async spendTotp(accountId: string, code: string): Promise<boolean> {
    const authenticator = await this.em.fork().findOne(Authenticator, { accountId });
    if (!authenticator) return false;
    const now = this.clock.now();
    const step = await matchingStep(
      this.secrets.open(authenticator.sealedSecret, place(authenticator.id)),
      code,
      now,
    );
    if (step === undefined) return false;
    // The verdict: of parallel uses of one code, and of an older code after a newer one, this changes no row.
    const spent = await this.em
      .fork()
      .nativeUpdate(
        Authenticator,
        { id: authenticator.id, lastStep: { $lt: step } },
        { lastStep: step, lastUsedAt: now },
      );
    return spent === 1;
  }

  /**
   * Runs a change of factors if nobody else has changed them since `account` was read: two at once cannot both win.
   * What was begun with the old factors ends in the same commit.
   */
  private changeFactors<T>(
    account: Account,
    keep: Kept | undefined,
    change: (em: EntityManager) => Promise<T>,
  ): Promise<T | undefined> {
    return this.em.fork().transactional(async (em) => {
      const { id, factorGeneration: generation } = account;
      const won = await em.nativeUpdate(
        Account,
        { id, factorGeneration: generation },
        { factorGeneration: generation + 1, updatedAt: this.clock.now() },
      );
      if (won !== 1) return undefined;
      const result = await change(em);
      await this.events.emit(secondFactorChanged, { accountId: id, keep, sql: this.sql.within(em) });
      return result;
    });
  }
}

/** Where a sealed seed belongs. */
function place(authenticatorId: string): string {
  return `authenticator:${authenticatorId}`;
}
