import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Activity } from '../audit/activity.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { ActivityWords } from './activity-words.js';
import { ApplicationNames } from './application-names.js';

/** What happened in one's account: the audit record's events, in words. */
@Controller('dashboard/activity')
export class ActivityController {
  constructor(
    private readonly activity: Activity,
    private readonly applicationNames: ApplicationNames,
    private readonly words: ActivityWords,
    private readonly accountPages: AccountPages,
  ) {}

  @SignedIn()
  @Get()
  async page(@Req() req: Request, @Res() res: Response, @Query('before') before: unknown): Promise<void> {
    const { events, older, newer } = await this.activity.page(req.person!.account.id, eventId(before));
    const names = await this.applicationNames.all();
    const pageUrl = (id: number | 'newest') =>
      this.accountPages.url(id === 'newest' ? '/activity' : `/activity?before=${id}`);
    await this.accountPages.show(req, res, 'activity', {
      events: events.map((event) => this.words.of(req, event, names)),
      olderUrl: older && pageUrl(older),
      newerUrl: newer && pageUrl(newer),
    });
  }
}

/** Anything else in the address is ignored, and the newest events are shown. */
function eventId(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined;
}
