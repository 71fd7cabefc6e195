import { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Secrets } from '../kernel/secrets.js';
import { Outbox } from '../mail/outbox.js';
import { BACKUP_CODE_COUNT, newBackupCode, normalizedBackupCode } from './backup-code-format.js';
import { BackupCode, BackupCodeSet } from './backup-code.entity.js';

export interface BackupCodeState {
  readonly left: number;
  /** When one of the current ten was used last: the owner may notice that it was somebody else. */
  readonly lastUsedAt: Date | null;
  readonly madeAt: Date | null;
  /** Whether one of them was typed back: so they are saved. */
  readonly confirmed: boolean;
}

/** The ten single-use codes for when the authenticator is lost. */
@Injectable()
export class BackupCodes {
  constructor(
    private readonly em: EntityManager,
    private readonly sql: Sql,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
  ) {}

  async state(accountId: string): Promise<BackupCodeState> {
    const codes = await this.sql.entities(BackupCode, 'account_id = ?', accountId);
    const [set] = await this.sql.entities(BackupCodeSet, 'account_id = ?', accountId);
    const used = codes.flatMap(({ usedAt }) => (usedAt ? [usedAt.getTime()] : []));
    return {
      left: codes.length - used.length,
      lastUsedAt: used.length > 0 ? new Date(Math.max(...used)) : null,
      madeAt: set?.createdAt ?? null,
      confirmed: set?.confirmedAt != null,
    };
  }

  /**
   * Makes ten new codes in the caller's transaction; the old ones are gone.
   * @returns the codes as they are shown: this is the only time that they exist in the clear
   */
  async makeWithin(em: EntityManager, accountId: string): Promise<string[]> {
    const codes = Array.from({ length: BACKUP_CODE_COUNT }, newBackupCode);
    await this.removeWithin(em, accountId);
    await em.insertMany(
      BackupCode,
      codes.map((code) => ({
        accountId,
        hash: this.fingerprint(accountId, normalizedBackupCode(code)!),
        usedAt: null,
      })),
    );
    await em.insert(BackupCodeSet, { accountId, createdAt: this.clock.now(), confirmedAt: null });
    return codes;
  }

  async removeWithin(em: EntityManager, accountId: string): Promise<void> {
    await em.nativeDelete(BackupCode, { accountId });
    await em.nativeDelete(BackupCodeSet, { accountId });
  }

  /** Ten codes where there are none yet; undefined where the account has its own. */
  async makeFirstWithin(em: EntityManager, accountId: string): Promise<string[] | undefined> {
    if ((await em.count(BackupCodeSet, { accountId })) > 0) return undefined;
    return this.makeWithin(em, accountId);
  }

  /** Spends a code, and tells the owner. One conditional update is the verdict: of any number of parallel tries one wins. */
  async spend(accountId: string, code: string): Promise<boolean> {
    return this.em.fork().transactional(async (em) => {
      const spent = await em.nativeUpdate(
        BackupCode,
        { hash: this.fingerprint(accountId, code), accountId, usedAt: null },
        { usedAt: this.clock.now() },
      );
      if (spent !== 1) return false;
      const left = await em.count(BackupCode, { accountId, usedAt: null });
      await this.outbox.add(this.sql.within(em), 'backup-code-used', accountId, { left });
      return true;
    });
  }

  /** Ends the set-up: one of the codes is typed back, which does not spend it. False: that is none of them. */
  async endSetUp(accountId: string, typed: string): Promise<boolean> {
    const code = normalizedBackupCode(typed);
    if (!code) return false;
    const em = this.em.fork();
    const hash = this.fingerprint(accountId, code);
    if ((await em.count(BackupCode, { hash, accountId, usedAt: null })) === 0) return false;
    await em.nativeUpdate(BackupCodeSet, { accountId, confirmedAt: null }, { confirmedAt: this.clock.now() });
    return true;
  }

  /** Keyed, and bound to the account: without the master secret a stolen table cannot even be tested against guesses. */
  private fingerprint(accountId: string, code: string): string {
    return this.secrets.mac('backup-code', JSON.stringify([accountId, code])).toString('base64url');
  }
}
