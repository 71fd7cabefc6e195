import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, shownAgain, type FieldErrors, type Submitted } from '../http/form.js';
import { Authenticators } from '../mfa/authenticators.service.js';
import { BackupCodes } from '../mfa/backup-codes.service.js';
import { CodeForm, EnrolmentForm } from '../mfa/forms.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { backupCodesData, driftMessage, setUpData } from '../mfa/set-up-page.js';
import type { Kept } from '../users/events.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { StepPages } from './step-page.js';

/** Setting a second factor up inside the interaction, where one is demanded and there is none. */
@Controller('interaction/:uid')
export class EnrolController {
  constructor(
    private readonly authenticators: Authenticators,
    private readonly secondFactors: SecondFactors,
    private readonly backupCodes: BackupCodes,
    private readonly attempts: AttemptStore,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  @DueStep('enrol')
  @Get('enrol')
  ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.showSetUp(req, res);
  }

  @DueStep('enrol')
  @Post('enrol')
  async enrol(
    @Req() req: Request,
    @Res() res: Response,
    @Form(EnrolmentForm) submitted: Submitted<EnrolmentForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showSetUp(req, res, submitted.errors, submitted.values);
    const { account, attempt } = req.signIn!;
    const outcome = await this.secondFactors.enrol(
      account!,
      this.pages.ceremony(req),
      submitted.form,
      kept(req),
    );
    if (outcome.kind === 'wrong-code') {
      await this.audit.record(
        'second-factor.enrolled',
        { result: 'failure', accountId: account!.id, factor: 'totp' },
        req,
      );
      const code = outcome.drift ? driftMessage(outcome.drift) : 'form.set-up-refused';
      return this.showSetUp(req, res, { code }, shownAgain(submitted.form));
    }
    if (outcome.kind === 'changed-meanwhile') return this.pages.onward(req, res);

    await this.audit.record('second-factor.enrolled', { accountId: account!.id, factor: 'totp' }, req);
    await this.attempts.prove(res, attempt, account!.id, 'totp');
    if (!outcome.codes) return this.pages.onward(req, res);
    this.showCodes(req, res, backupCodesData(outcome.codes));
  }

  @DueStep('save-backup-codes')
  @Get('backup-codes')
  askSaved(@Req() req: Request, @Res() res: Response): void {
    this.showCodes(req, res, {});
  }

  @DueStep('save-backup-codes')
  @Post('backup-codes')
  async saved(
    @Req() req: Request,
    @Res() res: Response,
    @Form(CodeForm) submitted: Submitted<CodeForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showCodes(req, res, { errors: submitted.errors });
    if (!(await this.backupCodes.endSetUp(req.signIn!.account!.id, submitted.form.code))) {
      return this.showCodes(req, res, { errors: { code: 'form.confirmation-refused' } });
    }
    this.pages.onward(req, res);
  }

  @DueStep('save-backup-codes')
  @Post('backup-codes/new')
  async remake(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.signIn!;
    const codes = await this.secondFactors.remakeBackupCodes(account!, kept(req));
    if (!codes) return this.pages.onward(req, res);
    await this.audit.record('backup-codes.made', { accountId: account!.id }, req);
    this.showCodes(req, res, backupCodesData(codes));
  }

  private async showSetUp(
    req: Request,
    res: Response,
    errors?: FieldErrors,
    values: Record<string, string> = {},
  ): Promise<void> {
    const offer = this.authenticators.offer(req.signIn!.account!, this.pages.ceremony(req));
    const data = {
      ...(await setUpData(offer)),
      values,
      action: this.pages.url(req, 'enrol'),
      ...(errors ? { errors } : {}),
    };
    this.pages.show(req, res, 'sign-in/enrol', data);
  }

  private showCodes(
    req: Request,
    res: Response,
    data: { codes?: string[]; downloadHref?: string; errors?: FieldErrors },
  ): void {
    const actions = {
      action: this.pages.url(req, 'backup-codes'),
      newCodesAction: this.pages.url(req, 'backup-codes/new'),
    };
    this.pages.show(req, res, 'sign-in/backup-codes', { ...actions, ...data });
  }
}

/** What goes on although a factor changed: this very sign-in, and the session it may have come from. */
function kept(req: Request): Kept {
  const { attempt, interaction } = req.signIn!;
  return { attemptId: attempt.id, sessionUid: interaction.session && interaction.original.session?.uid };
}
