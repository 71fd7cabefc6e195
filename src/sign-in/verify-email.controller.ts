import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { MessageRef } from '../http/form.js';
import { EmailVerification, type RequestOutcome } from '../users/email-verification.service.js';
import { DueStep } from './due-step.guard.js';
import { StepPages } from './step-page.js';

const SAID: Record<RequestOutcome, MessageRef> = {
  sent: 'notice.mail-sent',
  'too-often': 'notice.mail-too-often',
  'no-mail': 'notice.no-mail',
};

/** Where the operator or the application wants a confirmed address. The link may be opened anywhere; here one goes on afterwards. */
@Controller('interaction/:uid/verify-email')
export class VerifyEmailController {
  constructor(
    private readonly verification: EmailVerification,
    private readonly pages: StepPages,
  ) {}

  @DueStep('verify-email')
  @Get()
  ask(@Req() req: Request, @Res() res: Response, @Query('said') said: unknown): void {
    const { account, interaction } = req.signIn!;
    this.pages.show(req, res, 'sign-in/verify-email', {
      action: this.pages.url(req, 'verify-email'),
      continueUrl: this.pages.url(req, '').replace(/\/$/, ''),
      email: account!.email,
      possible: this.verification.isPossible,
      notice:
        typeof said === 'string' && Object.hasOwn(SAID, said) ? SAID[said as RequestOutcome] : undefined,
      self: `/interaction/${interaction.uid}/verify-email`,
    });
  }

  @DueStep('verify-email')
  @Post()
  async send(@Req() req: Request, @Res() res: Response): Promise<void> {
    const outcome = await this.verification.request(req.signIn!.account!);
    // Reloading what follows sends no second mail.
    res.redirect(303, this.pages.url(req, `verify-email?said=${outcome}`));
  }
}
