import { Injectable } from '@nestjs/common';
import { Declarations, type Webhook } from '../clients/declarations.service.js';
import type { WebhookEvent } from '../clients/webhook-events.js';
import { post, type OutgoingOptions } from '../http/outgoing.js';
import { SECOND } from '../kernel/clock.js';
import {
  DeliveryParts,
  NeverAgain,
  NoticeDelivery,
  type DueNotice,
  type Outcome,
} from '../oidc/sessions/notice-delivery.js';
import { bodyOf } from './webhook-message.js';
import { webhookWaiting } from './webhook-outbox.js';
import { signatureHeaders } from './webhook-signature.js';

interface Due extends DueNotice {
  webhook_id: string;
  event: WebhookEvent;
  username: string | null;
  data: string;
  created_at: number | string;
  gives_up_at: number | string;
}

const COLUMNS = 'webhook_id, event, username, data, created_at, gives_up_at';
/** At once to one receiver. One that does not take any gets one at a time until it does. */
const AT_ONCE = 8;
const ANSWER_WITHIN = 10 * SECOND;
const LONGEST_ANSWER = 200;
const GONE = 410;

/** What came of the tries since the start. */
export type Outcomes = Record<'delivered' | 'refused' | 'given-up', number>;

/**
 * Tells webhooks what stands in the outbox (Standard Webhooks). Each has a lane of its own: one that is slow or gone holds no
 * other up. A message is told until its receiver answers with 2xx: killed in between, it is told again under the same id.
 */
@Injectable()
export class WebhookDeliveries extends NoticeDelivery<Due> {
  readonly outcomes: Outcomes = { delivered: 0, refused: 0, 'given-up': 0 };
  private readonly lanes = new Set<string>();
  private readonly failing = new Set<string>();

  constructor(
    private readonly declarations: Declarations,
    parts: DeliveryParts,
  ) {
    const box = {
      table: 'webhook_delivery',
      columns: COLUMNS,
      receiver: 'webhook_id' as const,
      waiting: webhookWaiting,
      failure: 'a webhook was not told, and will be told later',
      answerWithin: ANSWER_WITHIN,
      rounds: 32,
    };
    super(box, parts, 'Webhooks');
  }

  override async run(): Promise<void> {
    try {
      const webhooks = await this.declarations.webhooks();
      await Promise.all(webhooks.map((webhook) => this.lane(webhook)));
    } catch (error) {
      this.logger.warn(`will be tried again: ${(error as Error).message}`);
    }
  }

  private async lane({ id }: Webhook): Promise<void> {
    if (this.lanes.has(id)) return;
    this.lanes.add(id);
    try {
      while (!this.isStopping) {
        const due = await this.parts.sql.rows<Due>(
          `SELECT id, tries, due_at, ${COLUMNS} FROM webhook_delivery
           WHERE webhook_id = ? AND due_at <= ? ORDER BY due_at LIMIT ?`,
          id,
          this.now(),
          this.failing.has(id) ? 1 : AT_ONCE,
        );
        if (due.length === 0) return;
        const all = await Promise.all(due.map((each) => this.settle(each)));
        if (all.includes('told')) this.isBack(id);
        else if (all.includes('refused')) return void this.failing.add(id);
      }
    } finally {
      this.lanes.delete(id);
    }
  }

  /** Said once, and once more when it is over. */
  protected override complain({ webhook_id }: Due, what: string): void {
    if (!this.failing.has(webhook_id)) this.logger.warn(what);
  }

  private isBack(id: string): void {
    if (this.failing.delete(id)) this.logger.log(`a webhook is told again ${JSON.stringify({ id })}`);
  }

  protected async tell(due: Due, options: OutgoingOptions): Promise<string | NeverAgain | undefined> {
    const webhook = (await this.declarations.webhooks()).find(({ id }) => id === due.webhook_id);
    if (!webhook) return new NeverAgain('it is declared no longer');
    const body = bodyOf(due);
    const headers = signatureHeaders(webhook.keys(), { id: due.id, at: this.parts.clock.now(), body });
    const status = await post(
      new URL(webhook.url),
      { type: 'application/json', body, headers: { ...headers, 'User-Agent': 'Gatehouse-Webhooks' } },
      options,
    );
    if (status >= 200 && status < 300) return undefined;
    const reason = `it answered ${status}`;
    return status === GONE ? new NeverAgain(reason) : reason;
  }

  protected override async attempt(due: Due): Promise<Outcome> {
    const outcome = await super.attempt(due);
    if (outcome === 'told') this.outcomes.delivered++;
    if (typeof outcome === 'string') return outcome;
    this.outcomes.refused++;
    await this.parts.sql.run(
      'UPDATE webhook_delivery SET answer = ? WHERE id = ?',
      outcome.refused.slice(0, LONGEST_ANSWER),
      due.id,
    );
    return outcome;
  }

  protected givesUpAt({ gives_up_at }: Due): number {
    return Number(gives_up_at);
  }

  /** What was told is not kept; what was not can be asked for once more. */
  protected async close(id: string, state: 'told' | 'failed'): Promise<void> {
    if (state === 'failed') this.outcomes['given-up']++;
    const emptied = state === 'told' ? ', username = NULL, data = NULL, answer = NULL' : '';
    await this.parts.sql.run(
      `UPDATE webhook_delivery SET state = ?, due_at = NULL, settled_at = ?${emptied} WHERE id = ? AND state = 'waiting'`,
      state,
      this.now(),
      id,
    );
  }
}
