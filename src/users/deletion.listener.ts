import { Injectable } from '@nestjs/common';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { AuditErasure } from '../audit/audit-erasure.service.js';
import { Events } from '../kernel/events.js';
import { Outbox } from '../mail/outbox.js';
import { accountDeleted } from './events.js';

/** What is kept of an account here, and in the folders to the left, which know no accounts, goes with it. */
@Injectable()
export class DeletionListener {
  constructor(events: Events, knownBrowsers: KnownBrowsers, outbox: Outbox, erasure: AuditErasure) {
    events.on(accountDeleted, async ({ accountId, emptiedUpTo, sql }) => {
      await sql.run('DELETE FROM avatar WHERE account_id = ?', accountId);
      await sql.run('DELETE FROM group_member WHERE account_id = ?', accountId);
      await sql.run('DELETE FROM one_time_link WHERE account_id = ?', accountId);
      await sql.run('DELETE FROM invitation WHERE account_id = ?', accountId);
      await knownBrowsers.forgetAll(sql, accountId);
      await outbox.forget(sql, accountId);
      await erasure.finish(sql, accountId, emptiedUpTo);
    });
  }
}
