import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import type { MessageRef } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { Sessions } from '../oidc/sessions.service.js';
import { SignedIn } from '../oidc/signed-in.guard.js';
import { secondFactorData } from './second-factor-data.js';

/** What a page may say after an action elsewhere; anything else in the address is ignored. */
const NOTICES: Record<string, MessageRef> = {
  'password-changed': 'notice.password-changed',
  'second-factor-on': 'notice.second-factor-on',
  'second-factor-off': 'notice.second-factor-off',
};

@Controller('dashboard')
export class OverviewController {
  constructor(
    private readonly config: Config,
    private readonly secondFactors: SecondFactors,
    private readonly sessions: Sessions,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async overview(@Req() req: Request, @Res() res: Response, @Query('done') done: unknown): Promise<void> {
    const { account } = req.person!;
    const base = `${this.config.basePath}/dashboard`;
    this.pages.show(req, res, 'dashboard/overview', {
      account: { username: account.username, email: account.email, createdAt: account.createdAt },
      passwordChangedAt: account.passwordChangedAt,
      secondFactor: secondFactorData(await this.secondFactors.enrolled(account.id)),
      passwordUrl: `${base}/password`,
      secondFactorUrl: `${base}/second-factor`,
      setUpUrl: `${base}/second-factor/set-up`,
      backupCodesUrl: `${base}/second-factor/backup-codes`,
      signOutAction: `${base}/sign-out`,
      notice: typeof done === 'string' && Object.hasOwn(NOTICES, done) ? NOTICES[done] : undefined,
    });
  }

  /**
   * Where the authorization request of our own pages ends. The session stands; the code is left to expire.
   * `state` only says which page was asked for; it must be one of ours.
   */
  @Public()
  @Get('return')
  back(@Res() res: Response, @Query('state') state: unknown, @Query('error') error: unknown): void {
    const page =
      typeof state === 'string' && /^\/dashboard(\/[a-z-]+)*$/.test(state) && state !== '/dashboard/return'
        ? state
        : '/dashboard';
    this.pages.redirect(res, error === undefined ? page : '/');
  }

  /** Ends the session even where there is none any more: signing out never fails. */
  @Public()
  @Post('sign-out')
  async signOut(@Req() req: Request, @Res() res: Response): Promise<void> {
    const person = await this.sessions.current(req, res);
    await this.sessions.end(req, res);
    if (person)
      await this.audit.record(
        'session.ended',
        { accountId: person.account.id, detail: { reason: 'sign-out' } },
        req,
      );
    this.pages.redirect(res, '/signed-out');
  }
}
