import { Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Throttle } from '../attempts/throttle.service.js';
import { tooOften } from '../attempts/too-often.js';
import { Audit, RESULT_OF } from '../audit/audit.service.js';
import { Sql } from '../database/sql.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { IdentifyPages } from './identify-page.js';
import { PasswordGuard, type SignInVerdict } from './password.strategy.js';
import { StepPages } from './step-page.js';

@Controller('interaction/:uid/password')
export class PasswordController {
  constructor(
    private readonly sql: Sql,
    private readonly throttle: Throttle,
    private readonly attempts: AttemptStore,
    private readonly identifyPages: IdentifyPages,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  @DueStep('identify')
  @Get()
  ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, interaction } = req.signIn!;
    return this.identifyPages.show(req, res, account?.username ?? interaction.loginHint ?? '');
  }

  // Read from below: only when the step is due is the password looked at.
  @UseGuards(PasswordGuard)
  @DueStep('identify')
  @Post()
  async check(@Req() req: Request, @Res() res: Response): Promise<void> {
    const verdict = req.user as SignInVerdict;
    if (verdict.kind === 'unusable')
      return this.identifyPages.show(
        req,
        res,
        verdict.submitted.values['username'] ?? '',
        verdict.submitted.errors,
      );

    await this.sql.gather(async () => {
      const facts = { result: RESULT_OF[verdict.kind], accountId: verdict.account?.id, factor: 'password' };
      await this.audit.record('password.checked', facts, req);
      if (verdict.kind !== 'proven') return;
      await this.throttle.succeeded('password', verdict.counted);
      await this.attempts.prove(res, req.signIn!.attempt, verdict.account.id, 'password');
    });
    const typed = (req.body as { username: string }).username;
    switch (verdict.kind) {
      case 'throttled':
        return this.identifyPages.show(req, res, typed, { form: tooOften(res, verdict) }, 429);
      case 'refused':
        return this.identifyPages.show(req, res, typed, { form: 'form.sign-in-refused' });
      case 'proven':
        return this.pages.onward(req, res);
    }
  }
}
