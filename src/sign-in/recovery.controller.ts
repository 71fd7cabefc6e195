import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import type { FieldErrors } from '../http/form.js';
import { HOUR } from '../kernel/clock.js';
import { Recovery } from '../mfa/recovery.service.js';
import { DueStep } from './due-step.guard.js';
import { SecondFactorPages } from './second-factor-page.js';
import { StepPages } from './step-page.js';

/** For somebody who has proven the password and has no second factor left at all. */
@Controller('interaction/:uid/recovery')
export class RecoveryController {
  constructor(
    private readonly config: Config,
    private readonly recovery: Recovery,
    private readonly factorPages: SecondFactorPages,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  @DueStep('second-factor')
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.show(req, res);
  }

  @DueStep('second-factor')
  @Post()
  async request(@Req() req: Request, @Res() res: Response): Promise<void> {
    const account = req.signIn!.account!;
    if (!hasProvenPassword(req)) return res.redirect(303, this.pages.url(req, 'recovery'));
    if ((await this.recovery.request(account)) === 'too-often')
      return this.show(req, res, { form: 'form.mailed-too-often' }, 429);
    await this.audit.record('recovery.requested', { accountId: account.id }, req);
    res.redirect(303, this.pages.url(req, 'recovery'));
  }

  @DueStep('second-factor')
  @Post('use')
  async use(@Req() req: Request, @Res() res: Response): Promise<void> {
    const account = req.signIn!.account!;
    if (!hasProvenPassword(req)) return res.redirect(303, this.pages.url(req, 'recovery'));
    if (!(await this.recovery.use(account, { attemptId: req.signIn!.attempt.id })))
      return res.redirect(303, this.pages.url(req, 'recovery'));
    await this.audit.record('recovery.used', { accountId: account.id }, req);
    this.pages.onward(req, res);
  }

  private async show(req: Request, res: Response, errors?: FieldErrors, status?: number): Promise<void> {
    const data = {
      request: await this.recovery.open(req.signIn!.account!.id),
      delayHours: Math.ceil(this.config.recoveryDelay / HOUR),
      useAction: this.pages.url(req, 'recovery/use'),
      isProvenHere: hasProvenPassword(req),
    };
    this.factorPages.show(req, res, 'recovery', data, errors, status);
  }
}

/** A session that somebody has left open, or lost, is not enough: the password is proven in this very interaction. */
function hasProvenPassword(req: Request): boolean {
  const { attempt, interaction } = req.signIn!;
  return attempt.proofs.some(({ factor, at }) => factor === 'password' && at >= interaction.startedAt);
}
