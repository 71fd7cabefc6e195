import { Controller, Get } from '@nestjs/common';
import { AuditLog, type LoggedEvent } from '../../audit/audit-log.service.js';
import { Problem } from '../../kernel/problem.js';
import { parsed } from '../audit/audit-export.js';
import { Api, Sent } from './api.guard.js';
import { ok, operation, type Answer, type Asked } from './operation.js';
import { LIMIT } from './paging.js';
import {
  among,
  anything,
  integer,
  moment,
  nullable,
  optional,
  pageOf,
  shape,
  text,
  type Of,
} from './schema.js';
import { UserId } from './user.shape.js';

const EventId = integer(1, Number.MAX_SAFE_INTEGER);

const AuditEvent = shape('AuditEvent', {
  id: EventId,
  at: moment('When it happened'),
  name: text({ description: 'What happened: `account.disabled`' }),
  result: among(['success', 'failure', 'throttled']),
  userId: nullable(text({ description: 'To whom' })),
  clientId: nullable(text({ description: 'With which application' })),
  factor: nullable(text()),
  address: nullable(text({ description: 'From where' })),
  userAgent: nullable(text()),
  detail: anything('What else was noted: `by` whom, `before`, `after`, `reason` …'),
});

const LIST = operation({
  id: 'listAuditEvents',
  summary: 'What happened, newest first',
  description:
    'Every filter that is given has to hold. A page may have fewer events than the limit, and even none, where looking takes long: `next` says whether there is more to look at.',
  query: {
    name: optional(
      text({ maxLength: 100, description: 'An event, or a family of them: `group` is every `group.…`' }),
    ),
    result: optional(among(['success', 'failure', 'throttled'])),
    user: optional(UserId),
    client: optional(text({ maxLength: 255 })),
    by: optional(
      text({ maxLength: 300, description: 'Who did it for somebody: an identifier, `shell`, `client:…`' }),
    ),
    address: optional(text({ maxLength: 64 })),
    from: optional(moment('Not before this')),
    to: optional(moment('Before this')),
    limit: LIMIT,
    after: optional(integer(1, Number.MAX_SAFE_INTEGER, { description: '`next` of the page before' })),
  },
  answers: { 200: pageOf('AuditPage', AuditEvent) },
});
const SHOW = operation({
  id: 'getAuditEvent',
  summary: 'One event',
  path: { id: text({ pattern: '^[1-9][0-9]{0,14}$', description: 'Its number' }) },
  answers: { 200: AuditEvent },
});

/** What happened. Nothing changes it. */
@Controller('api/v1/audit-events')
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Api('audit.read', LIST)
  @Get()
  async list(@Sent() { query }: Asked<typeof LIST>): Promise<Answer> {
    const { name, result, user, client, by, address, from, to, limit, after } = query;
    const date = (time: string | undefined) => (time === undefined ? undefined : new Date(time));
    const filter = {
      name,
      result,
      accountId: user,
      clientId: client,
      by,
      address,
      from: date(from),
      to: date(to),
    };
    const page = await this.log.page(filter, limit, after);
    return ok({
      items: page.events.map(eventOf),
      next: page.older === undefined ? null : String(page.older),
    });
  }

  @Api('audit.read', SHOW)
  @Get(':id')
  async show(@Sent() { path }: Asked<typeof SHOW>): Promise<Answer> {
    const event = await this.log.event(Number(path.id));
    if (!event) throw new Problem('not-found', 'there is no such event');
    return ok(eventOf(event));
  }
}

function eventOf({ accountId, at, result, detail, ...event }: LoggedEvent): Of<typeof AuditEvent> {
  const { id, name, clientId, factor, address, userAgent } = event;
  return {
    id,
    at: new Date(at).toISOString(),
    name,
    result: result as Of<typeof AuditEvent>['result'],
    userId: accountId,
    clientId,
    factor,
    address,
    userAgent,
    detail: parsed(detail),
  };
}
