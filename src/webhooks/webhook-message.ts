import type { Noted } from '../audit/audit.service.js';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../clients/webhook-events.js';

/** A fact is a word, a name or an identifier; what people wrote themselves is none. */
const LONGEST_FACT = 100;

/** What is told of an event beside its name, its moment and the user name; docs/webhooks.md lists it all. */
export function dataOf({ name, facts, address }: Noted): string {
  const { accountId, clientId, result = 'success', factor, detail = {} } = facts;
  const known = (WEBHOOK_EVENTS[name].facts ?? []).flatMap((fact) =>
    isFact(detail[fact]) ? [[fact, detail[fact]] as const] : [],
  );
  return JSON.stringify({
    ...(accountId === undefined ? {} : { sub: accountId }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
    result,
    ...(factor === undefined ? {} : { factor }),
    ...(address === undefined ? {} : { ip: address }),
    ...Object.fromEntries(known),
  });
}

/** The body, which is the same at every try. */
export function bodyOf(event: {
  readonly event: WebhookEvent;
  readonly created_at: number | string;
  readonly username: string | null;
  readonly data: string;
}): string {
  const { sub, ...data } = JSON.parse(event.data) as Record<string, unknown>;
  return JSON.stringify({
    type: event.event,
    timestamp: new Date(Number(event.created_at)).toISOString(),
    data: {
      ...(sub === undefined ? {} : { sub }),
      ...(event.username === null ? {} : { username: event.username }),
      ...data,
    },
  });
}

function isFact(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isFact);
  if (typeof value === 'string') return value.length <= LONGEST_FACT;
  return typeof value === 'boolean' || typeof value === 'number';
}
