import type { EntityManager } from '@mikro-orm/core';
import { Injectable } from '@nestjs/common';
import type { SqlRunner } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { AccountDeletion } from '../users/account-deletion.service.js';
import { Account } from '../users/account.entity.js';
import { accountDisabled, accountReclaimed } from '../users/events.js';
import { Authenticator } from './authenticator.entity.js';
import { BackupCodeSet } from './backup-code.entity.js';
import { BackupCodes } from './backup-codes.service.js';
import { secondFactorChanged } from './events.js';
import { Passkey } from './passkey.entity.js';
import { Recovery } from './recovery.service.js';

/**
 * What becomes of the factors when an owner takes the account back: those that somebody else has added since must not stay,
 * and an account must not become weaker by a mail. Where they are the only ones, nobody gets in before an operator has looked.
 */
@Injectable()
export class ReclaimedAccounts {
  constructor(
    private readonly clock: Clock,
    private readonly backupCodes: BackupCodes,
    private readonly recovery: Recovery,
    private readonly deletion: AccountDeletion,
    private readonly events: Events,
  ) {
    events.on(accountReclaimed, async ({ accountId, since, em, sql }) => {
      await this.disown(em, sql, accountId, since);
    });
  }

  /**
   * In the caller's transaction, which has changed the account's row first.
   * @param since the moment from which on what was added is not the owner's
   * @param id one that is not the owner's whenever it was added
   */
  async disown(
    em: EntityManager,
    sql: SqlRunner,
    accountId: string,
    since: Date,
    id?: string,
  ): Promise<'secured' | 'closed'> {
    // Who wanted the account deleted, or in without its factors, may have been the other one. The owner can want it again.
    await this.deletion.keepWithin(em, accountId);
    await this.recovery.cancelWithin(sql, accountId);
    const theirs = { accountId, $or: [{ createdAt: { $gte: since } }, ...(id ? [{ id }] : [])] };
    const added = (await em.count(Authenticator, theirs)) + (await em.count(Passkey, theirs));
    const all = (await em.count(Authenticator, { accountId })) + (await em.count(Passkey, { accountId }));
    if (added > 0 && added === all) {
      await this.close(em, sql, accountId);
      return 'closed';
    }
    await em.nativeDelete(Authenticator, theirs);
    await em.nativeDelete(Passkey, theirs);
    // Whoever made new backup codes has read them.
    if ((await em.count(BackupCodeSet, { accountId, createdAt: { $gte: since } })) > 0)
      await this.backupCodes.removeWithin(em, accountId);
    if (added > 0) await this.events.emit(secondFactorChanged, { accountId, sql });
    return 'secured';
  }

  private async close(em: EntityManager, sql: SqlRunner, accountId: string): Promise<void> {
    const now = this.clock.now();
    await em.nativeUpdate(
      Account,
      { id: accountId },
      { disabledAt: now, passwordHash: null, passwordChangedAt: now, updatedAt: now },
    );
    await this.events.emit(accountDisabled, { accountId, sql });
  }
}
