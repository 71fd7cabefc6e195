import { Injectable } from '@nestjs/common';
import { Audit, type Noted } from '../audit/audit.service.js';
import { Declarations } from '../clients/declarations.service.js';
import { clientsFileApplied } from '../clients/file-clients.service.js';
import { wants, type WebhookEvent } from '../clients/webhook-events.js';
import { Sql, type Note, type SqlRunner } from '../database/sql.js';
import { Clock, DAY } from '../kernel/clock.js';
import { Events, eventKind } from '../kernel/events.js';
import { randomToken } from '../kernel/secrets.js';
import { accountDeleted } from '../users/events.js';
import { dataOf } from './webhook-message.js';

/** Somebody waits to be told; whoever delivers need not wait for the next look. */
export const webhookWaiting = eventKind<Record<string, never>>('webhook.waiting');

/** So many wait for one webhook at most: a receiver that is gone must not fill the disk. What comes then is not kept. */
export const MOST_WAITING = 10_000;
/** For so long one message is tried. */
export const GIVE_UP_AFTER = DAY;
/** What was told, and what never will be, can be looked up for so long. */
const KEPT_FOR = 7 * DAY;

/** One event, as one webhook is to hear of it. */
interface Message {
  readonly id?: string;
  readonly webhookId: string;
  readonly event: WebhookEvent;
  readonly accountId?: string | undefined;
  readonly data: string;
  readonly at: Date;
}

/**
 * Takes down which webhook is to be told of what, in the commit of the audit log's row; webhook-deliveries.ts tells them. Nothing
 * is read where nobody has a webhook but the list of them.
 */
@Injectable()
export class WebhookOutbox {
  constructor(
    private readonly sql: Sql,
    private readonly declarations: Declarations,
    private readonly clock: Clock,
    private readonly events: Events,
    audit: Audit,
  ) {
    audit.accompaniedBy((noted) => this.notesOf(noted));
    events.on(clientsFileApplied, async ({ changes, sql }) => {
      for (const { section, action, name } of changes)
        if (section === 'webhooks' && action === 'remove')
          await sql.run('DELETE FROM webhook_delivery WHERE webhook_id = ? AND due_at IS NOT NULL', name);
    });
    events.on(accountDeleted, ({ accountId, sql }) => this.forget(sql, accountId));
  }

  /** The write that adds a message, as long as not too many wait already. */
  add({ id = randomToken(16), webhookId, event, accountId, data, at }: Message): Note {
    const now = at.getTime();
    const owner = accountId ?? null;
    const params = [id, webhookId, event, owner, owner, data, now, now + GIVE_UP_AFTER, now, webhookId];
    return { text: INSERT, params };
  }

  /** Removes at most `limit` old messages, whatever became of them. @returns how many they were */
  async removeExpired(limit: number): Promise<number> {
    return this.sql.run(
      `DELETE FROM webhook_delivery WHERE id IN
         (SELECT id FROM webhook_delivery WHERE created_at < ? ORDER BY created_at LIMIT ?)`,
      this.clock.now().getTime() - KEPT_FOR,
      limit,
    );
  }

  /** Removes what was written down in the very moment in which its webhook was removed. @returns how many they were */
  async removeOrphans(limit: number): Promise<number> {
    return this.sql.run(
      `DELETE FROM webhook_delivery WHERE id IN
         (SELECT id FROM webhook_delivery WHERE due_at IS NOT NULL
            AND webhook_id NOT IN (SELECT name FROM declaration WHERE kind = 'webhooks') LIMIT ?)`,
      limit,
    );
  }

  private async notesOf(noted: Noted): Promise<Note[]> {
    const { name: event, at } = noted;
    const webhooks = (await this.declarations.webhooks()).filter(({ events }) => wants(events, event));
    if (webhooks.length === 0) return [];
    await this.events.emit(webhookWaiting, {});
    const { accountId } = noted.facts;
    const data = dataOf(noted);
    return webhooks.map(({ id: webhookId }) => this.add({ webhookId, event, accountId, data, at }));
  }

  /** The account is gone: so is what waits to be told of it, but for one thing. */
  private async forget(sql: SqlRunner, accountId: string): Promise<void> {
    await sql.run('DELETE FROM webhook_delivery WHERE account_id = ?', accountId);
    const event = 'account.deleted';
    const data = JSON.stringify({ sub: accountId, result: 'success' });
    const at = this.clock.now();
    for (const { id: webhookId, events } of await this.declarations.webhooks(sql)) {
      if (!wants(events, event)) continue;
      const { text, params } = this.add({ webhookId, event, data, at });
      await sql.run(text, ...params);
    }
    await this.events.emit(webhookWaiting, {});
  }
}

const INSERT = `INSERT INTO webhook_delivery
    (id, webhook_id, event, account_id, username, data, state, tries, due_at, gives_up_at, created_at)
  SELECT ?, ?, ?, ?, (SELECT username FROM account WHERE id = ?), ?, 'waiting', 0, ?, ?, ?
  WHERE (SELECT COUNT(*) FROM
      (SELECT 1 FROM webhook_delivery WHERE webhook_id = ? AND due_at IS NOT NULL LIMIT ${MOST_WAITING}) AS waiting
    ) < ${MOST_WAITING}`;
