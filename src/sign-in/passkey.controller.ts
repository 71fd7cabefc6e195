import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { CredentialForm } from '../mfa/forms.js';
import { Passkeys, type PasskeyVerdict } from '../mfa/passkeys.service.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { IdentifyPages } from './identify-page.js';
import { RememberableCredentialForm, Remembering } from './remember.js';
import { SecondFactorPages } from './second-factor-page.js';
import { StepPages } from './step-page.js';

/** Signing in with a passkey: instead of a password, or as the second factor after one. */
@Controller('interaction/:uid')
export class PasskeyController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly attempts: AttemptStore,
    private readonly remembering: Remembering,
    private readonly identifyPages: IdentifyPages,
    private readonly secondFactorPages: SecondFactorPages,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  /** A passkey that verifies its user says who it is and is two factors. It is not counted: there is nothing to guess. */
  @DueStep('identify')
  @Post('passkey')
  async identify(
    @Req() req: Request,
    @Res() res: Response,
    @Form(CredentialForm) submitted: Submitted<CredentialForm>,
  ): Promise<void> {
    const refused = () => this.identifyPages.show(req, res, '', { form: 'form.passkey-refused' });
    if (!submitted.valid) return refused();
    const verdict = await this.passkeys.verify(this.pages.ceremony(req), submitted.form.credential, {});
    const accountId = verdict.kind === 'refused' ? undefined : verdict.accountId;
    const proven = verdict.kind === 'proven';
    await this.audit.record(
      'passkey.checked',
      { result: proven ? 'success' : 'failure', accountId, factor: 'passkey', detail: reasonOf(verdict) },
      req,
    );
    if (!proven) return refused();
    await this.attempts.prove(res, req.signIn!.attempt, verdict.accountId, verdict.factor);
    this.pages.onward(req, res);
  }

  @DueStep('second-factor')
  @Get('security-key')
  ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.show(req, res);
  }

  @DueStep('second-factor')
  @Post('security-key')
  async check(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RememberableCredentialForm) submitted: Submitted<RememberableCredentialForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, { form: 'form.passkey-refused' });
    const { account, attempt } = req.signIn!;
    const { credential, remember } = submitted.form;
    const verdict = await this.passkeys.verify(this.pages.ceremony(req), credential, { account: account! });
    const proven = verdict.kind === 'proven';
    await this.audit.record(
      'second-factor.checked',
      {
        result: proven ? 'success' : 'failure',
        accountId: account!.id,
        factor: proven ? verdict.factor : 'passkey',
        detail: reasonOf(verdict),
      },
      req,
    );
    if (!proven) return this.show(req, res, { form: 'form.passkey-refused' });
    await this.attempts.prove(res, attempt, account!.id, verdict.factor);
    await this.remembering.remember(req, res, remember);
    this.pages.onward(req, res);
  }

  private async show(req: Request, res: Response, errors?: FieldErrors): Promise<void> {
    const options = await this.passkeys.requestOptions(this.pages.ceremony(req), req.signIn!.account);
    this.secondFactorPages.show(req, res, 'security-key', { passkeys: true, options }, errors);
  }
}

function reasonOf(verdict: PasskeyVerdict): Record<string, unknown> {
  if (verdict.kind === 'proven') return {};
  return { reason: verdict.kind === 'refused' ? verdict.reason : verdict.kind };
}
