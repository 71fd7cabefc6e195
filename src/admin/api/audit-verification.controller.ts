import { Controller, Get, Post } from '@nestjs/common';
import type { Actor } from '../actor.js';
import { Verifications, type LastVerification } from '../audit/verifications.service.js';
import { Api, By, Sent } from './api.guard.js';
import { Answer, ok, operation, type Asked } from './operation.js';
import { flag, integer, listOf, moment, nullable, shape, text, type Of } from './schema.js';

const number = (description: string) => integer(0, Number.MAX_SAFE_INTEGER, { description });

const AuditVerification = shape('AuditVerification', {
  runningSince: nullable(moment('Since when one runs on the instance that was asked')),
  last: nullable(
    shape('LastAuditVerification', {
      id: number('Of the event that says so: its `detail` has each finding with its kind and the row'),
      at: moment('When it ended'),
      whole: flag('Whether every event is what was chained; false, too, where that could not be found out'),
      checked: nullable(number('Events that are what was chained, or are not')),
      waiting: nullable(number('Events that nothing vouches for yet')),
      head: nullable(text({ description: 'To be kept elsewhere, for `gatehouse audit verify <head>`' })),
      findings: listOf(text(), {
        description: 'The first of what is not as it was, in the order of the log',
      }),
      findingCount: number('How many there are'),
      failure: nullable(text({ description: 'Why it could not be found out' })),
    }),
  ),
});

const SHOW = operation({
  id: 'getAuditVerification',
  summary: 'Whether the audit log was whole when that was looked at last, and whether it is looked at now',
  answers: { 200: AuditVerification },
});
const START = operation({
  id: 'startAuditVerification',
  summary: 'Looks whether the audit log is whole, beside the requests',
  description:
    'One at a time on an instance. Where there are millions of events it takes minutes: ask for it until `last` is a later one.',
  answers: { 202: AuditVerification },
});

/** Whether the audit log is whole: what the command `audit verify` and the page of that name say. */
@Controller('api/v1/audit-verification')
export class AuditVerificationController {
  constructor(private readonly verifications: Verifications) {}

  @Api('audit.read', SHOW)
  @Get()
  async show(@Sent() _sent: Asked<typeof SHOW>): Promise<Answer> {
    return ok(await this.state());
  }

  @Api('audit.write', START)
  @Post()
  async start(@Sent() _sent: Asked<typeof START>, @By() by: Actor): Promise<Answer> {
    this.verifications.start(by);
    return new Answer(202, await this.state());
  }

  private async state(): Promise<Of<typeof AuditVerification>> {
    const last = await this.verifications.last();
    return {
      runningSince: this.verifications.runningSince?.toISOString() ?? null,
      last: last ? shown(last) : null,
    };
  }
}

function shown({ at, checked, waiting, head, failure, ...last }: LastVerification) {
  return {
    ...last,
    at: at.toISOString(),
    checked: checked ?? null,
    waiting: waiting ?? null,
    head: head ?? null,
    failure: failure ?? null,
  };
}
