import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Activity } from '../audit/activity.service.js';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Pages } from '../http/pages.js';
import { Recovery } from '../mfa/recovery.service.js';
import { RememberedDevices } from '../mfa/remembered-devices.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { Approvals } from '../oidc/devices/approvals.service.js';
import { ConnectedApplications } from '../oidc/sessions/connected-applications.service.js';
import { SessionList } from '../oidc/sessions/session-list.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import type { Account } from '../users/account.entity.js';
import { Avatars } from '../users/avatars.service.js';
import { EmailVerification } from '../users/email-verification.service.js';
import { AccountPages } from './account-pages.js';
import { whatIsMissing } from './missing.js';
import { secondFactorData } from './second-factor-data.js';

/** Who is signed in, what is missing in the account, and the way to each of its areas. */
@Controller('dashboard')
export class OverviewController {
  constructor(
    private readonly config: Config,
    private readonly secondFactors: SecondFactors,
    private readonly recovery: Recovery,
    private readonly verification: EmailVerification,
    private readonly avatars: Avatars,
    private readonly sessions: SessionList,
    private readonly devices: RememberedDevices,
    private readonly applications: ConnectedApplications,
    private readonly approvals: Approvals,
    private readonly activity: Activity,
    private readonly accountPages: AccountPages,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async overview(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    const enrolled = await this.secondFactors.enrolled(account.id);
    const recovery = await this.recovery.open(account.id);
    const missing = whatIsMissing({
      enrolled,
      recoveryAsked: recovery !== undefined,
      approvals: (await this.approvals.count(account.id)) > 0,
      addressConfirmed: account.emailVerifiedAt !== null,
      mail: this.verification.isPossible,
    });
    const picture = await this.avatars.path(account.id);
    const sessions = await this.sessions.of(account.id, sessionUid);
    const applications = await this.applications.of(account.id);
    const { events } = await this.activity.page(account.id);
    await this.accountPages.show(req, res, 'overview', {
      account: overviewOf(account),
      displayName: account.displayName ?? account.username,
      pictureUrl: picture && this.config.basePath + picture,
      missing: missing.map(({ page, action, title, ...texts }) => ({
        ...texts,
        title: this.pages.text(req, title),
        href: page && this.accountPages.url(page),
        action: action && this.accountPages.url(action),
      })),
      hasPassword: account.passwordHash !== null,
      secondFactor: secondFactorData(enrolled),
      sessions: sessions.length,
      devices: (await this.devices.list(account.id)).length,
      applications: applications.map(({ face }) => face.name).join(', '),
      lastActivity: events[0]?.at,
    });
  }

  /** The owner is here, and has lost nothing: a request to remove the second factors ends. */
  @SignedIn()
  @Post('second-factor/cancel-recovery')
  async cancelRecovery(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    if (!(await this.recovery.cancel(account.id))) return this.accountPages.done(res, '');
    await this.audit.record('recovery.cancelled', { accountId: account.id }, req);
    this.accountPages.done(res, '', 'recovery-cancelled');
  }

  /**
   * Where the authorization request of our own pages ends. The session stands; the code is left to expire.
   * `state` only says which page was asked for; it must be one of ours.
   */
  @Public()
  @Get('return')
  back(@Res() res: Response, @Query('state') state: unknown, @Query('error') error: unknown): void {
    const page =
      typeof state === 'string' &&
      /^\/(dashboard|admin)(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/.test(state) &&
      state !== '/dashboard/return'
        ? state
        : '/dashboard';
    this.pages.redirect(res, error === undefined ? page : '/');
  }
}

function overviewOf({ username, email, emailVerifiedAt, createdAt, passwordChangedAt }: Account) {
  return { username, email, emailVerifiedAt, createdAt, passwordChangedAt };
}
