import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { tooOften } from '../attempts/too-often.js';
import { Audit, RESULT_OF } from '../audit/audit.service.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { CodeForm } from '../mfa/forms.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { StepPages } from './step-page.js';

type Page = 'totp' | 'backup-code';

/** The authenticator's code, and the backup code for when it is not at hand. Either page takes either: people paste what they have. */
@Controller('interaction/:uid')
export class SecondFactorController {
  constructor(
    private readonly secondFactors: SecondFactors,
    private readonly attempts: AttemptStore,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  @DueStep('second-factor')
  @Get('totp')
  askTotp(@Req() req: Request, @Res() res: Response): void {
    this.show(req, res, 'totp');
  }

  @DueStep('second-factor')
  @Post('totp')
  checkTotp(
    @Req() req: Request,
    @Res() res: Response,
    @Form(CodeForm) submitted: Submitted<CodeForm>,
  ): Promise<void> {
    return this.check(req, res, 'totp', submitted);
  }

  @DueStep('second-factor')
  @Get('backup-code')
  askBackupCode(@Req() req: Request, @Res() res: Response): void {
    this.show(req, res, 'backup-code');
  }

  @DueStep('second-factor')
  @Post('backup-code')
  checkBackupCode(
    @Req() req: Request,
    @Res() res: Response,
    @Form(CodeForm) submitted: Submitted<CodeForm>,
  ): Promise<void> {
    return this.check(req, res, 'backup-code', submitted);
  }

  private async check(
    req: Request,
    res: Response,
    page: Page,
    submitted: Submitted<CodeForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, page, submitted.errors);
    const { account, attempt } = req.signIn!;
    const verdict = await this.secondFactors.check(
      account!,
      submitted.form.code,
      this.knownBrowsers.tokens(req),
    );
    const factor = verdict.kind === 'proven' ? verdict.factor : page;
    await this.audit.record(
      'second-factor.checked',
      { result: RESULT_OF[verdict.kind], accountId: account!.id, factor },
      req,
    );
    switch (verdict.kind) {
      case 'throttled':
        return this.show(req, res, page, { code: tooOften(res, verdict) }, 429);
      case 'refused':
        return this.show(req, res, page, { code: `form.${page}-refused` });
      case 'proven':
        await this.attempts.prove(res, attempt, account!.id, verdict.factor);
        return this.pages.onward(req, res);
    }
  }

  private show(req: Request, res: Response, page: Page, errors?: FieldErrors, status?: number): void {
    const { step } = req.signIn!;
    const hasBackupCodes = step.kind === 'second-factor' && step.offer.includes('backup-code');
    const data = {
      action: this.pages.url(req, page),
      totpUrl: this.pages.url(req, 'totp'),
      backupCodeUrl: hasBackupCodes ? this.pages.url(req, 'backup-code') : undefined,
      ...(errors ? { errors } : {}),
    };
    this.pages.show(req, res, `sign-in/${page}`, data, status);
  }
}
