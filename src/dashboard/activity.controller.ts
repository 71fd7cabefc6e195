import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Activity } from '../audit/activity.service.js';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { Languages } from '../http/language.js';
import { Pages } from '../http/pages.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { ApplicationNames } from './application-names.js';
import { shownAddress } from './circumstances.js';

/** What happened in one's account: the audit record's events, in words. */
@Controller('dashboard/activity')
export class ActivityController {
  constructor(
    private readonly activity: Activity,
    private readonly applicationNames: ApplicationNames,
    private readonly languages: Languages,
    private readonly pages: Pages,
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
      events: events.map((event) => this.inWords(req, event, names)),
      olderUrl: older && pageUrl(older),
      newerUrl: newer && pageUrl(newer),
    });
  }

  private inWords(req: Request, event: AuditEvent, names: ReadonlyMap<string, string>) {
    const { name, result, factor, clientId, at, address, userAgent, detail } = event;
    return {
      what: this.pages.text(req, this.keyOf(name, result, detail?.['reason'])),
      // A failure has mostly words of its own; the mark beside them lets the eye find it.
      failed: result !== 'success' && this.pages.text(req, `activity.result.${result}`),
      factor: factor && this.languages.has(`activity.factor.${factor}`) && `activity.factor.${factor}`,
      application: clientId && (names.get(clientId) ?? clientId),
      browser: userAgent ? this.accountPages.browser(req, userAgent) : '',
      at,
      address: shownAddress(address),
    };
  }

  /** The words for just this: for its reason or its result, where they have words of their own. */
  private keyOf(name: string, result: string, reason: unknown): string {
    const special = [`activity.${name}.because.${String(reason)}`, `activity.${name}.${result}`];
    return special.find((key) => this.languages.has(key)) ?? `activity.${name}`;
  }
}

/** Anything else in the address is ignored, and the newest events are shown. */
function eventId(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined;
}
