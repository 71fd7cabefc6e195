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
import { among, optional, pageOf, shape, text, type Of } from './schema.js';

const State = among(
  ['waiting', 'failed'],
  'Whether it waits, or nobody is told any more: after a day in vain, or since it was dropped',
);
const Notice = shape('LogoutNotice', {
  id: OutboxId,
  clientId: text({ description: 'The application that is to be told' }),
  userId: text({ description: 'Whose session has ended' }),
  state: State,
  ...waitingFields,
});

const LIST = operation({
  id: 'listLogoutNotices',
  summary: 'Sign-outs that applications are still to be told of, or were not told of',
  description:
    'Of those that wait, what is due first comes first; of those that failed the newest, for 30 days. What an application was told of is not here.',
  query: { state: optional(State), limit: LIMIT, after: AFTER },
  answers: { 200: pageOf('LogoutNoticePage', Notice) },
});
const { retry: RETRY, drop: DROP } = outboxActions(
  { retry: 'retryLogoutNotice', drop: 'dropLogoutNotice' },
  'notice',
);

/** What applications are still to be told of sessions that ended (back-channel logout). */
@Controller('api/v1/logout-notices')
export class LogoutNoticesController {
  constructor(private readonly outboxes: Outboxes) {}

  @Api('mail.read', LIST)
  @Get()
  async list(@Sent() { query }: Asked<typeof LIST>): Promise<Answer> {
    const { state = 'waiting', after, limit } = query;
    const isWaiting = state === 'waiting';
    const page = isWaiting
      ? await this.outboxes.waiting('notices', after, limit)
      : await this.outboxes.failed(after, limit);
    return pageAnswer(page, (row): Of<typeof Notice> => ({
      id: row.id,
      clientId: row.clientId!,
      userId: row.accountId!,
      state,
      ...waitingOf(row, isWaiting),
    }));
  }

  @Api('mail.write', RETRY)
  @Post(':id/retry')
  async retry(@Sent() { path }: Asked<typeof RETRY>, @By() by: Actor): Promise<Answer> {
    return outboxAnswer(await this.outboxes.retry(by, 'notices', path.id));
  }

  @Api('mail.write', DROP)
  @Post(':id/drop')
  async drop(@Sent() { path, body }: Asked<typeof DROP>, @By() by: Actor): Promise<Answer> {
    return outboxAnswer(await this.outboxes.drop(by, 'notices', path.id, body.reason.trim()));
  }
}
