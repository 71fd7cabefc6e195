import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../../kernel/clock.js';
import { MOST_WAITING } from '../../webhooks/webhook-outbox.js';
import { Webhooks, type Delivery, type WebhookState } from '../../webhooks/webhooks.service.js';
import { SHELL } from '../actor.js';
import type { Outcome } from './outcome.js';
import type { WebhookCommand } from './webhook-commands.list.js';

const LOOK_EVERY = 0.2 * SECOND;
/** A little longer than one try lasts. */
const PATIENCE = 12 * SECOND;

/** What an operator does about webhooks from the shell. What it causes, a server that runs tells them. */
@Injectable()
export class WebhookCommands {
  constructor(private readonly webhooks: Webhooks) {}

  async run(command: WebhookCommand, [id = '', after]: string[]): Promise<Outcome> {
    if (command === 'webhooks') return this.list();
    if (command === 'webhooks deliveries') return this.deliveries(id, after);
    return command === 'webhooks test' ? this.test(id) : this.retry(id);
  }

  private async list(): Promise<Outcome> {
    const all = await this.webhooks.list();
    const message = all.length > 0 ? all.map(inWords).join('\n') : 'the clients file declares no webhook';
    return { done: true, message, facts: { webhooks: all.map(withTimes) } };
  }

  private async deliveries(id: string, after: string | undefined): Promise<Outcome> {
    const { deliveries, next } = await this.webhooks.deliveries(id, after);
    // What one was told that is declared no longer is kept for a while.
    const isKnown = deliveries.length > 0 || (await this.webhooks.list()).some((each) => each.id === id);
    if (!isKnown) return not(unknown(id));
    const lines = deliveries.map(
      (each) => `${each.id}  ${moment(each.happenedAt)}  ${each.event}  ${fate(each)}`,
    );
    const more = next === undefined ? [] : [`older ones: webhooks deliveries ${id} ${next}`];
    return {
      done: true,
      message: [...lines, ...more].join('\n') || 'there is none',
      facts: { deliveries: deliveries.map(withTimes), next: next ?? null },
    };
  }

  private async test(id: string): Promise<Outcome> {
    const outcome = await this.webhooks.test(id, SHELL);
    if (outcome === 'unknown') return not(unknown(id));
    if (outcome === 'full') return not(`${MOST_WAITING} messages wait for ${id} already`);
    const { deliveryId } = outcome;
    for (let waited = 0; waited < PATIENCE; waited += LOOK_EVERY) {
      await pause(LOOK_EVERY);
      const delivery = await this.webhooks.delivery(deliveryId);
      if (delivery?.state === 'told') return { done: true, message: `${id} was told (${deliveryId})` };
      if (delivery && (delivery.answer !== undefined || delivery.state === 'failed'))
        return not(`${id} was not told (${deliveryId}): ${fate(delivery)}`);
    }
    return not(
      `nothing came of it yet (${deliveryId}): does a server run? webhooks deliveries ${id} shows more`,
    );
  }

  private async retry(id: string): Promise<Outcome> {
    const all = await this.webhooks.retryAll(id, SHELL);
    if (all !== 'unknown') return { done: true, message: `${all} that were given up will be told once more` };
    const one = await this.webhooks.retry(id, SHELL);
    if (one === 'retried') return { done: true, message: `${id} will be told once more` };
    if (one === 'told') return not(`${id} was told, and is kept no longer`);
    return not(one === 'full' ? `${MOST_WAITING} messages wait already` : `${unknown(id)}, and no delivery`);
  }
}

const not = (message: string): Outcome => ({ done: false, message });
const unknown = (id: string) => `the clients file declares no webhook ${JSON.stringify(id)}`;
const moment = (at: number) => new Date(at).toISOString();

const TIMES = ['failingSince', 'lastToldAt', 'happenedAt', 'settledAt', 'nextTryAt'];

/** For scripts: what is a moment is written as one. */
function withTimes(told: WebhookState | Delivery): Record<string, unknown> {
  const entries = Object.entries(told) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'number' && TIMES.includes(name) ? moment(value) : value,
    ]),
  );
}

function inWords({ id, url, events, waiting, failingSince, lastToldAt, givenUp }: WebhookState): string {
  const facts = [
    lastToldAt === undefined ? 'nothing told yet' : `last told ${moment(lastToldAt)}`,
    `${waiting} waiting${waiting >= MOST_WAITING ? ', and no more are taken' : ''}`,
    ...(failingSince === undefined ? [] : [`in vain since ${moment(failingSince)}`]),
    ...(givenUp === 0 ? [] : [`${givenUp} given up`]),
  ];
  return `${id}  ${url}  ${events.join(' ')}\n    ${facts.join('; ')}`;
}

function fate({ state, tries, nextTryAt, answer }: Delivery): string {
  if (state === 'told') return 'told';
  const why = answer === undefined ? '' : `: ${JSON.stringify(answer)}`;
  if (state === 'failed') return `given up after ${tries} tries${why}`;
  return `waiting${why}${nextTryAt === undefined ? '' : `, next try ${moment(nextTryAt)}`}`;
}
