import { Problem } from '../../kernel/problem.js';
import type { OutboxOutcome, OutboxPage, OutboxRow } from '../mail/outboxes.service.js';
import { nothing, ok, operation, type Answer } from './operation.js';
import { integer, moment, nullable, shape, text } from './schema.js';

/** What letters and notices of sign-outs have in common: they wait, are tried, and come to an end. */
export const OutboxId = text({ pattern: '^[A-Za-z0-9_-]{1,22}$', maxLength: 22 });

const UNSEEN = '\\u0000-\\u001f\\u007f';
const Drop = shape('Drop', {
  reason: text({
    minLength: 1,
    maxLength: 300,
    pattern: `^[^${UNSEEN}]*[^\\s${UNSEEN}][^${UNSEEN}]*$`,
    description: 'Why, for the audit log; where it is about somebody, they read that it was dropped',
  }),
});

export const waitingFields = {
  tries: integer(0, 1_000_000, { description: 'How often it was tried' }),
  lastError: nullable(
    text({ maxLength: 300, description: 'What came of the last try in vain; it may repeat an address' }),
  ),
  createdAt: moment('When it happened'),
  nextTryAt: nullable(moment('When it is tried next; null: never again')),
  settledAt: nullable(moment('When it came to its end; null: it waits')),
};

export function waitingOf({ tries, lastError, createdAt, at }: OutboxRow, isWaiting: boolean) {
  const time = (milliseconds: number) => new Date(milliseconds).toISOString();
  return {
    tries,
    lastError: lastError?.replace(/\p{Cc}+/gu, ' ') ?? null,
    createdAt: time(createdAt),
    nextTryAt: isWaiting ? time(at) : null,
    settledAt: isWaiting ? null : time(at),
  };
}

export function pageAnswer<Item>({ rows, after }: OutboxPage, item: (row: OutboxRow) => Item): Answer {
  return ok({ items: rows.map(item), next: after ?? null });
}

/** @param thing what sentences call one of them */
export function outboxActions<const RetryId extends string, const DropId extends string>(
  ids: { readonly retry: RetryId; readonly drop: DropId },
  thing: string,
) {
  const common = { path: { id: OutboxId }, answers: { 204: null } } as const;
  return {
    retry: operation({
      id: ids.retry,
      summary: `Has a ${thing} tried now`,
      description: 'One that is due or under way comes soon anyway, and is left alone.',
      ...common,
    }),
    drop: operation({
      id: ids.drop,
      summary: `Ends a ${thing} that waits`,
      description:
        'Nobody is told any more; what is under way may still arrive. What is about an account that has a role is not dropped by a program.',
      body: Drop,
      problems: ['forbidden'],
      ...common,
    }),
  };
}

/** @throws Problem where it was not done */
export function outboxAnswer(outcome: OutboxOutcome): Answer {
  if (outcome === 'gone') throw new Problem('not-found', 'there is no such thing that waits (any more)');
  if (outcome === 'may-not-help')
    throw new Problem('forbidden', 'it is about an account that has a role: no program drops it');
  return nothing();
}
