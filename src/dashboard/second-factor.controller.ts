import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { BackupCodes } from '../mfa/backup-codes.service.js';
import { CodeForm, SavedForm } from '../mfa/forms.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { backupCodesData, setUpData } from '../mfa/set-up-page.js';
import { SignedIn } from '../oidc/signed-in.guard.js';
import { secondFactorData } from './second-factor-data.js';

/** Setting up, replacing and turning off one's second factor, and its backup codes. */
@Controller('dashboard/second-factor')
export class SecondFactorPagesController {
  constructor(
    private readonly config: Config,
    private readonly secondFactors: SecondFactors,
    private readonly backupCodes: BackupCodes,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async overview(@Req() req: Request, @Res() res: Response): Promise<void> {
    const secondFactor = secondFactorData(await this.secondFactors.enrolled(req.person!.account.id));
    this.pages.show(req, res, 'dashboard/second-factor', {
      secondFactor,
      setUpUrl: this.url('/set-up'),
      replaceUrl: this.url('/set-up'),
      newCodesAction: this.url('/backup-codes/new'),
      backupCodesUrl: this.url('/backup-codes'),
      turnOffUrl: this.url('/turn-off'),
      backUrl: `${this.config.basePath}/dashboard`,
    });
  }

  @SignedIn('recently')
  @Get('set-up')
  askSetUp(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.showSetUp(req, res);
  }

  @SignedIn('recently')
  @Post('set-up')
  async setUp(
    @Req() req: Request,
    @Res() res: Response,
    @Form(CodeForm) submitted: Submitted<CodeForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showSetUp(req, res, submitted.errors);
    const { account, sessionUid } = req.person!;
    const outcome = await this.secondFactors.enrol(account, ceremony(req), submitted.form.code, {
      sessionUid,
    });
    if (outcome.kind === 'wrong-code') {
      await this.audit.record(
        'second-factor.enrolled',
        { result: 'failure', accountId: account.id, factor: 'totp' },
        req,
      );
      return this.showSetUp(req, res, { code: 'form.set-up-refused' });
    }
    if (outcome.kind === 'changed-meanwhile') return this.pages.redirect(res, '/dashboard/second-factor');
    await this.audit.record('second-factor.enrolled', { accountId: account.id, factor: 'totp' }, req);
    this.showCodes(req, res, backupCodesData(outcome.codes));
  }

  /** The end of the set-up. It needs no stronger session than the set-up had: that one proved a password only. */
  @SignedIn()
  @Get('backup-codes')
  async askSaved(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { totp, backupCodesConfirmed } = await this.secondFactors.enrolled(req.person!.account.id);
    if (!totp || backupCodesConfirmed) return this.pages.redirect(res, '/dashboard/second-factor');
    this.showCodes(req, res, {});
  }

  @SignedIn()
  @Post('backup-codes')
  async saved(
    @Req() req: Request,
    @Res() res: Response,
    @Form(SavedForm) submitted: Submitted<SavedForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showCodes(req, res, { errors: submitted.errors });
    if (!(await this.backupCodes.endSetUp(req.person!.account.id, submitted.form))) {
      return this.showCodes(req, res, { errors: { code: 'form.confirmation-refused' } });
    }
    this.pages.redirect(res, '/dashboard?done=second-factor-on');
  }

  @SignedIn('recently')
  @Post('backup-codes/new')
  async remake(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    const { totp } = await this.secondFactors.enrolled(account.id);
    const codes = totp && (await this.secondFactors.remakeBackupCodes(account, { sessionUid }));
    if (!codes) return this.pages.redirect(res, '/dashboard/second-factor');
    await this.audit.record('backup-codes.made', { accountId: account.id }, req);
    this.showCodes(req, res, backupCodesData(codes));
  }

  @SignedIn('recently')
  @Get('turn-off')
  askTurnOff(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'dashboard/turn-off', {
      action: this.url('/turn-off'),
      cancelUrl: this.url(''),
    });
  }

  @SignedIn('recently')
  @Post('turn-off')
  async turnOff(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    if (!(await this.secondFactors.turnOff(account, { sessionUid })))
      return this.pages.redirect(res, '/dashboard/second-factor');
    await this.audit.record('second-factor.removed', { accountId: account.id, factor: 'totp' }, req);
    this.pages.redirect(res, '/dashboard?done=second-factor-off');
  }

  private async showSetUp(req: Request, res: Response, errors?: FieldErrors): Promise<void> {
    const { account } = req.person!;
    const { totp } = await this.secondFactors.enrolled(account.id);
    this.pages.show(req, res, 'dashboard/set-up', {
      ...(await setUpData(this.secondFactors.offer(account, ceremony(req)))),
      action: this.url('/set-up'),
      cancelUrl: this.url(''),
      replacing: totp !== undefined,
      ...(errors ? { errors } : {}),
    });
  }

  private showCodes(
    req: Request,
    res: Response,
    data: { codes?: string[]; downloadHref?: string; errors?: FieldErrors },
  ): void {
    const actions = { action: this.url('/backup-codes'), newCodesAction: this.url('/backup-codes/new') };
    this.pages.show(req, res, 'dashboard/backup-codes', {
      ...actions,
      ...data,
      self: '/dashboard/second-factor/backup-codes',
    });
  }

  private url(page: string): string {
    return `${this.config.basePath}/dashboard/second-factor${page}`;
  }
}

/** A set-up belongs to the session it was begun in: see SecondFactors.offer. */
function ceremony(req: Request): string {
  return `session:${req.person!.sessionUid}`;
}
