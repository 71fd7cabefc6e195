import { Controller, Get, Post } from '@nestjs/common';
import type { Actor } from '../actor.js';
import { Outboxes } from '../mail/outboxes.service.js';
import { Api, By, Sent } from './api.guard.js';
import { operation, type Answer, type Asked } from './operation.js';
import {
  OutboxId,
  outboxActions,
  outboxAnswer,
  pageAnswer,
  waitingFields,
  waitingOf,
} from './outbox.shape.js';
import { AFTER, LIMIT } from './paging.js';
import { among, nullable, optional, pageOf, shape, text, type Of } from './schema.js';

const State = among(
  ['waiting', 'sent', 'given-up', 'dropped'],
  'Whether it waits, or how it ended: given up after three days in vain, or dropped by an operator or a program',
);
const Letter = shape('Letter', {
  id: OutboxId,
  kind: text({ description: 'What it says: `password-changed`' }),
  userId: nullable(text({ description: 'Whose account it is about; null: nobody’s, or one that is gone' })),
  state: State,
  ...waitingFields,
});

const LIST = operation({
  id: 'listLetters',
  summary: 'Letters that wait, or what became of them',
  description:
    'Of those that wait, what is due first comes first; of the others the newest, for a week. Nothing of what stands in them is here, and no address but in what a mail server answers.',
  query: { state: optional(State), limit: LIMIT, after: AFTER },
  answers: { 200: pageOf('LetterPage', Letter) },
});
const { retry: RETRY, drop: DROP } = outboxActions({ retry: 'retryLetter', drop: 'dropLetter' }, 'letter');

/** The outbox: what people are still to be told by mail. */
@Controller('api/v1/letters')
export class LettersController {
  constructor(private readonly outboxes: Outboxes) {}

  @Api('mail.read', LIST)
  @Get()
  async list(@Sent() { query }: Asked<typeof LIST>): Promise<Answer> {
    const { state = 'waiting', after, limit } = query;
    const page =
      state === 'waiting'
        ? await this.outboxes.waiting('letters', after, limit)
        : await this.outboxes.settled(state, after, limit);
    return pageAnswer(page, (row): Of<typeof Letter> => ({
      id: row.id,
      kind: row.kind!,
      userId: row.accountId,
      state,
      ...waitingOf(row, state === 'waiting'),
    }));
  }

  @Api('mail.write', RETRY)
  @Post(':id/retry')
  async retry(@Sent() { path }: Asked<typeof RETRY>, @By() by: Actor): Promise<Answer> {
    return outboxAnswer(await this.outboxes.retry(by, 'letters', path.id));
  }

  @Api('mail.write', DROP)
  @Post(':id/drop')
  async drop(@Sent() { path, body }: Asked<typeof DROP>, @By() by: Actor): Promise<Answer> {
    return outboxAnswer(await this.outboxes.drop(by, 'letters', path.id, body.reason.trim()));
  }
}
