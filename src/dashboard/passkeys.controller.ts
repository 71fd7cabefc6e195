import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { PasskeyForm } from '../mfa/forms.js';
import { PasskeyNotStored, Passkeys, type NewPasskey } from '../mfa/passkeys.service.js';
import { SecondFactors, type EnrolmentOutcome } from '../mfa/second-factors.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { ceremony, FactorPages } from './factor-pages.js';

const NOT_STORED = { taken: 'form.passkey-taken', 'too-many': 'form.passkeys-too-many' } as const;

/** Adding a passkey or a security key: the one page of the account that needs a script, which it says without one. */
@Controller('dashboard/second-factor/passkeys')
export class PasskeysController {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly secondFactors: SecondFactors,
    private readonly factorPages: FactorPages,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn('recently')
  @Get('new')
  ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.show(req, res);
  }

  @SignedIn('recently')
  @Post('new')
  async add(
    @Req() req: Request,
    @Res() res: Response,
    @Form(PasskeyForm) submitted: Submitted<PasskeyForm>,
  ): Promise<void> {
    if (!submitted.valid) {
      const { values, errors } = submitted;
      // What is wrong with what the script has put in belongs to no field that a person sees.
      const shown = errors['credential'] ? { form: errors['credential'] } : errors;
      return this.show(req, res, values['name'], shown);
    }
    const { account, sessionUid } = req.person!;
    const { name = '', credential } = submitted.form;
    const verdict = await this.passkeys.verifyCreation(account, ceremony(req), credential);
    if (verdict.kind === 'refused') {
      await this.recordEnrolled(req, { result: 'failure', detail: { reason: verdict.reason } });
      return this.show(req, res, name, { form: 'form.passkey-not-added' });
    }
    const outcome = await this.store(req, name, verdict.credential, sessionUid);
    if (outcome instanceof PasskeyNotStored) {
      await this.recordEnrolled(req, { result: 'failure', detail: { reason: outcome.reason } });
      return this.show(req, res, name, { form: NOT_STORED[outcome.reason] });
    }
    if (outcome.kind !== 'enrolled') return this.factorPages.toList(res, 'changed-meanwhile');
    await this.recordEnrolled(req, {});
    this.factorPages.added(req, res, outcome.codes, 'passkey-added');
  }

  private async store(
    req: Request,
    name: string,
    credential: NewPasskey,
    sessionUid: string,
  ): Promise<EnrolmentOutcome | PasskeyNotStored> {
    try {
      return await this.secondFactors.addPasskey(req.person!.account, name, credential, { sessionUid });
    } catch (error) {
      if (error instanceof PasskeyNotStored) return error;
      throw error;
    }
  }

  private recordEnrolled(
    req: Request,
    facts: { result?: 'failure'; detail?: Record<string, unknown> },
  ): Promise<void> {
    const accountId = req.person!.account.id;
    return this.audit.record('second-factor.enrolled', { accountId, factor: 'passkey', ...facts }, req);
  }

  private async show(req: Request, res: Response, name = '', errors?: FieldErrors): Promise<void> {
    await this.pages.show(req, res, 'passkey-new', {
      // Its script is loaded with the page.
      passkeys: true,
      options: await this.passkeys.creationOptions(req.person!.account, ceremony(req)),
      action: this.factorPages.url('/passkeys/new'),
      cancelUrl: this.factorPages.url(''),
      values: { name },
      self: '/dashboard/second-factor/passkeys/new',
      ...(errors ? { errors } : {}),
    });
  }
}
