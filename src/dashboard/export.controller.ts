import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Clock } from '../kernel/clock.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { PersonalData } from './personal-data.js';

/** Everything about oneself as a file. Whoever finds an open session must not walk away with it, hence `recently`. */
@Controller('dashboard/export')
export class ExportController {
  constructor(
    private readonly personalData: PersonalData,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  @SignedIn('recently')
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.pages.show(req, res, 'export', { action: this.pages.url('/export') });
  }

  /** Not to be kept by anything on the way: `no-store` stands on every answer already (security-headers.ts). */
  @SignedIn('recently')
  @Post()
  async export(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    // Written down first: no copy leaves without a trace.
    await this.audit.record('data.exported', { accountId: account.id }, req);
    const data = await this.personalData.of(account.id);
    const day = this.clock.now().toISOString().slice(0, 10);
    res
      .status(200)
      .attachment(`gatehouse-${account.username}-${day}.json`)
      .type('application/json')
      .send(`${JSON.stringify(data, null, 2)}\n`);
  }
}
