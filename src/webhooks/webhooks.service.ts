import { Injectable } from '@nestjs/common';
import { Audit, type AuditName } from '../audit/audit.service.js';
import { Declarations } from '../clients/declarations.service.js';
import type { WebhookEvent } from '../clients/webhook-events.js';
import { Sql } from '../database/sql.js';
import { Clock } from '../kernel/clock.js';
import { Events } from '../kernel/events.js';
import { randomToken } from '../kernel/secrets.js';
import { GIVE_UP_AFTER, MOST_WAITING, webhookWaiting, WebhookOutbox } from './webhook-outbox.js';

export const DELIVERIES_PAGE = 20;

/** A webhook and how it does. Times are epoch milliseconds. */
export interface WebhookState {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  /** At most MOST_WAITING, and then what happens is not kept for it. */
  readonly waiting: number;
  /** When the oldest happened that was tried in vain and waits; undefined: there is none. */
  readonly failingSince: number | undefined;
  readonly lastToldAt: number | undefined;
  /** Those of the last week that were given up. */
  readonly givenUp: number;
}

export interface Delivery {
  readonly id: string;
  readonly event: WebhookEvent;
  readonly state: 'waiting' | 'told' | 'failed';
  readonly tries: number;
  readonly happenedAt: number;
  readonly settledAt: number | undefined;
  readonly nextTryAt: number | undefined;
  /** What came of the last try that was in vain. */
  readonly answer: string | undefined;
}

/** Some deliveries of one webhook, newest first. */
export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** The `after` of the next page. */
  readonly next: string | undefined;
}

/** Who does it, for the audit log, and where from. */
export interface By {
  readonly by: string;
  readonly req?: Parameters<Audit['record']>[2];
}

type Numeric = number | string | null;

interface Row {
  id: string;
  event: WebhookEvent;
  state: Delivery['state'];
  tries: number;
  due_at: Numeric;
  created_at: Numeric;
  settled_at: Numeric;
  answer: string | null;
}

/** What operators see of webhooks and do with them, from the shell or elsewhere. Their secrets are shown to nobody. */
@Injectable()
export class Webhooks {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly declarations: Declarations,
    private readonly outbox: WebhookOutbox,
    private readonly events: Events,
    private readonly audit: Audit,
  ) {}

  async list(): Promise<WebhookState[]> {
    const webhooks = await this.declarations.webhooks();
    return Promise.all(
      webhooks.map(async ({ id, url, events }) => ({ id, url, events, ...(await this.of(id)) })),
    );
  }

  /** @param after the `next` of the page before; anything else begins at the newest */
  async deliveries(webhookId: string, after?: string): Promise<DeliveryPage> {
    const [, at, last] = /^(\d{1,15})\.([\w-]{22})$/.exec(after ?? '') ?? [];
    const rows = await this.sql.rows<Row>(
      `SELECT id, event, state, tries, due_at, created_at, settled_at, answer FROM webhook_delivery
       WHERE webhook_id = ?${at ? ' AND (created_at, id) < (?, ?)' : ''}
       ORDER BY created_at DESC, id DESC LIMIT ?`,
      webhookId,
      ...(at ? [Number(at), last] : []),
      DELIVERIES_PAGE + 1,
    );
    const deliveries = rows.slice(0, DELIVERIES_PAGE).map(deliveryOf);
    const end = rows.length > DELIVERIES_PAGE ? deliveries.at(-1) : undefined;
    return { deliveries, next: end && `${end.happenedAt}.${end.id}` };
  }

  async delivery(id: string): Promise<Delivery | undefined> {
    const [row] = await this.sql.rows<Row>(
      'SELECT id, event, state, tries, due_at, created_at, settled_at, answer FROM webhook_delivery WHERE id = ?',
      id,
    );
    return row && deliveryOf(row);
  }

  /** @returns the id of the delivery, or why there is none */
  async test(webhookId: string, by: By): Promise<{ readonly deliveryId: string } | 'unknown' | 'full'> {
    if (!(await this.isDeclared(webhookId))) return 'unknown';
    const deliveryId = randomToken(16);
    const data = JSON.stringify({ result: 'success' });
    const at = this.clock.now();
    const { text, params } = this.outbox.add({ id: deliveryId, webhookId, event: 'webhook.test', data, at });
    if ((await this.sql.run(text, ...params)) !== 1) return 'full';
    await this.noteDown('webhook.tested', by, webhookId);
    return { deliveryId };
  }

  /** Has one delivery tried at once, and then for another day. What was told is not kept, and cannot be told again. */
  async retry(deliveryId: string, by: By): Promise<'retried' | 'unknown' | 'told' | 'full'> {
    const [row] = await this.sql.rows<{ webhook_id: string; state: Delivery['state'] }>(
      'SELECT webhook_id, state FROM webhook_delivery WHERE id = ?',
      deliveryId,
    );
    if (!row || !(await this.isDeclared(row.webhook_id))) return 'unknown';
    if (row.state === 'told') return 'told';
    return (await this.again(row.webhook_id, by, 'id = ?', deliveryId)) > 0 ? 'retried' : 'full';
  }

  /** The same with every one that was given up, as far as there is room. @returns how many they are */
  async retryAll(webhookId: string, by: By): Promise<number | 'unknown'> {
    if (!(await this.isDeclared(webhookId))) return 'unknown';
    return this.again(webhookId, by, "state = 'failed'");
  }

  private async again(webhookId: string, by: By, which: string, ...params: unknown[]): Promise<number> {
    const now = this.clock.now().getTime();
    const { waiting } = await this.of(webhookId);
    const changed = await this.sql.run(
      `UPDATE webhook_delivery SET state = 'waiting', tries = 0, due_at = ?, gives_up_at = ?, settled_at = NULL
       WHERE id IN (SELECT id FROM webhook_delivery
         WHERE webhook_id = ? AND data IS NOT NULL AND ${which} ORDER BY created_at LIMIT ?)`,
      now,
      now + GIVE_UP_AFTER,
      webhookId,
      ...params,
      Math.max(0, MOST_WAITING - waiting),
    );
    if (changed > 0) await this.noteDown('webhook.retried', by, webhookId);
    return changed;
  }

  private async noteDown(name: AuditName, { by, req }: By, webhook: string): Promise<void> {
    await this.audit.record(name, { detail: { by, webhook } }, req);
    await this.events.emit(webhookWaiting, {});
  }

  private async isDeclared(id: string): Promise<boolean> {
    return (await this.declarations.webhooks()).some((webhook) => webhook.id === id);
  }

  private async of(id: string): Promise<Omit<WebhookState, 'id' | 'url' | 'events'>> {
    const [row] = await this.sql.rows<Record<'waiting' | 'given_up' | 'failing_since' | 'told_at', Numeric>>(
      STATE,
      id,
      id,
      id,
      id,
    );
    return {
      waiting: Number(row!.waiting),
      givenUp: Number(row!.given_up),
      failingSince: momentOf(row!.failing_since),
      lastToldAt: momentOf(row!.told_at),
    };
  }
}

const STATE = `SELECT
  (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery
     WHERE webhook_id = ? AND due_at IS NOT NULL LIMIT ${MOST_WAITING}) AS found) AS waiting,
  (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery
     WHERE webhook_id = ? AND state = 'failed' LIMIT ${MOST_WAITING}) AS found) AS given_up,
  (SELECT MIN(created_at) FROM webhook_delivery
     WHERE webhook_id = ? AND due_at IS NOT NULL AND answer IS NOT NULL) AS failing_since,
  (SELECT settled_at FROM webhook_delivery
     WHERE webhook_id = ? AND state = 'told' ORDER BY created_at DESC LIMIT 1) AS told_at`;

function deliveryOf({ id, event, state, tries, due_at, created_at, settled_at, answer }: Row): Delivery {
  return {
    id,
    event,
    state,
    tries,
    happenedAt: Number(created_at),
    settledAt: momentOf(settled_at),
    nextTryAt: momentOf(due_at),
    answer: answer ?? undefined,
  };
}

function momentOf(value: Numeric): number | undefined {
  return value === null ? undefined : Number(value);
}
