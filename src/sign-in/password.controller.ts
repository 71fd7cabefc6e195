import { Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { tooOften } from '../attempts/too-often.js';
import { Audit, RESULT_OF } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import type { FieldErrors } from '../http/form.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { PasswordGuard, type SignInVerdict } from './password.strategy.js';
import { StepPages } from './step-page.js';

@Controller('interaction/:uid/password')
export class PasswordController {
  constructor(
    private readonly config: Config,
    private readonly attempts: AttemptStore,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  @DueStep('identify')
  @Get()
  ask(@Req() req: Request, @Res() res: Response): void {
    const { account, interaction } = req.signIn!;
    this.show(req, res, account?.username ?? interaction.loginHint ?? '');
  }

  // Read from below: only when the step is due is the password looked at.
  @UseGuards(PasswordGuard)
  @DueStep('identify')
  @Post()
  async check(@Req() req: Request, @Res() res: Response): Promise<void> {
    const verdict = req.user as SignInVerdict;
    if (verdict.kind === 'unusable')
      return this.show(req, res, verdict.submitted.values['username'] ?? '', verdict.submitted.errors);

    await this.audit.record(
      'password.checked',
      { result: RESULT_OF[verdict.kind], accountId: verdict.account?.id, factor: 'password' },
      req,
    );
    const typed = (req.body as { username: string }).username;
    switch (verdict.kind) {
      case 'throttled':
        return this.show(req, res, typed, { form: tooOften(res, verdict) }, 429);
      case 'refused':
        return this.show(req, res, typed, { form: 'form.sign-in-refused' });
      case 'proven':
        await this.attempts.prove(res, req.signIn!.attempt, verdict.account.id, 'password');
        return this.pages.onward(req, res);
    }
  }

  private show(req: Request, res: Response, username: string, errors?: FieldErrors, status?: number): void {
    const data = {
      action: this.pages.url(req, 'password'),
      registerUrl: this.config.registrationOpen ? this.pages.url(req, 'register') : undefined,
      values: { username },
      ...(errors ? { errors } : {}),
    };
    this.pages.show(req, res, 'sign-in/password', data, status);
  }
}
