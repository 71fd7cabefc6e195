import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { randomToken, Secrets } from '../kernel/secrets.js';
import type { Account } from '../users/account.entity.js';
import { Authenticator } from './authenticator.entity.js';
import { readSeed, usualSeed, writtenSeed, type Seed } from './seed.js';
import { drift, keyUri, matchingStep, secretFromBytes, sixDigits, stepAt, type Drift } from './totp.js';

export interface Offer {
  /** base32 */
  readonly secret: string;
  /** otpauth: URI */
  readonly uri: string;
}

/** What came of a six-digit code. With `drift` the device that made it is set to a wrong time. */
export type CodeVerdict =
  { readonly kind: 'proven' } | { readonly kind: 'refused'; readonly drift?: Drift | undefined };

/** The code that ends a set-up. */
export type FirstCode =
  | { readonly kind: 'right'; readonly step: number; readonly secret: string }
  | { readonly kind: 'wrong'; readonly drift?: Drift | undefined };

/** TOTP authenticators: their seeds, and that each code is accepted once. */
@Injectable()
export class Authenticators {
  constructor(
    private readonly config: Config,
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
  ) {}

  /** Oldest first. */
  list(accountId: string): Promise<Authenticator[]> {
    return this.sql.entities(Authenticator, 'account_id = ? ORDER BY created_at, id', accountId);
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

  /** Whether the app has taken the offered secret over. */
  async firstCode(account: Account, ceremony: string, typed: string): Promise<FirstCode> {
    const { secret } = this.offer(account, ceremony);
    const code = sixDigits(typed);
    if (code === undefined) return { kind: 'wrong' };
    const now = this.clock.now();
    const seed = usualSeed(secret);
    const step = await matchingStep(seed, code, now);
    if (step === undefined) return { kind: 'wrong', drift: await drift(seed, code, now) };
    return { kind: 'right', step, secret };
  }

  /** The first code is spent like any other. */
  async insertWithin(
    em: EntityManager,
    accountId: string,
    name: string,
    { secret, step }: { secret: string; step: number },
  ): Promise<string> {
    const id = randomToken(16);
    const now = this.clock.now();
    await em.insert(Authenticator, {
      id,
      accountId,
      name,
      sealedSecret: this.secrets.seal(secret, place(id)),
      lastStep: step,
      createdAt: now,
      lastUsedAt: now,
    });
    return id;
  }

  /**
   * A seed that another program has already confirmed. No code that it may have accepted is accepted here: the first is
   * the next one.
   */
  async adoptWithin(em: EntityManager, accountId: string, name: string, seed: Seed): Promise<void> {
    const id = randomToken(16);
    const now = this.clock.now();
    await em.insert(Authenticator, {
      id,
      accountId,
      name,
      sealedSecret: this.secrets.seal(writtenSeed(seed), place(id)),
      lastStep: stepAt(now, seed),
      createdAt: now,
    });
  }

  /** @returns the name of what was removed; undefined: the account has no such authenticator */
  async removeWithin(em: EntityManager, accountId: string, id: string): Promise<string | undefined> {
    const found = await em.findOne(Authenticator, { id, accountId });
    if (!found) return undefined;
    return (await em.nativeDelete(Authenticator, { id, accountId })) === 1 ? found.name : undefined;
  }

  countWithin(em: EntityManager, accountId: string): Promise<number> {
    return em.count(Authenticator, { accountId });
  }

  async removeAllWithin(em: EntityManager, accountId: string): Promise<void> {
    await em.nativeDelete(Authenticator, { accountId });
  }

  /** False: the account has no such authenticator. */
  async rename(accountId: string, id: string, name: string): Promise<boolean> {
    return (await this.em.fork().nativeUpdate(Authenticator, { id, accountId }, { name })) === 1;
  }

  /** The seed in the clear: to make sure of a code, and for an operator who takes everybody elsewhere. */
  seedOf({ id, sealedSecret }: Authenticator): Seed {
    return readSeed(this.secrets.open(sealedSecret, place(id)));
  }

  /** Spends a code of whichever of the account's authenticators made it. @param code six digits, or eight */
  async spend(accountId: string, code: string): Promise<CodeVerdict> {
    const now = this.clock.now();
    let off: Drift | undefined;
    for (const authenticator of await this.list(accountId)) {
      const seed = this.seedOf(authenticator);
      const step = await matchingStep(seed, code, now);
      if (step !== undefined) {
        if (await this.spendStep(authenticator.id, step, now)) return { kind: 'proven' };
      } else {
        off ??= await this.recognizeDrift(authenticator.id, seed, code, now);
      }
    }
    return { kind: 'refused', drift: off };
  }

  /** The verdict: of parallel uses of one code, and of an older code after a newer one, this changes no row. */
  private async spendStep(id: string, step: number, now: Date): Promise<boolean> {
    const spent = await this.sql.run(
      `UPDATE authenticator SET last_step = ?, last_used_at = ?
       WHERE id = ? AND last_step < ? AND (refused_step IS NULL OR refused_step <> ?)`,
      step,
      this.sql.moment(now),
      id,
      step,
      step,
    );
    return spent === 1;
  }

  /** A guesser who hits a code of the coming minutes is told so: when its time comes, it is not accepted. */
  private async recognizeDrift(id: string, seed: Seed, code: string, now: Date): Promise<Drift | undefined> {
    const off = await drift(seed, code, now);
    if (off?.direction === 'fast')
      await this.em.fork().nativeUpdate(Authenticator, { id }, { refusedStep: off.step });
    return off;
  }
}

/** Where a sealed seed belongs. */
export function place(authenticatorId: string): string {
  return `authenticator:${authenticatorId}`;
}
