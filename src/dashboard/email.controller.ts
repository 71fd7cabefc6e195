import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, shownAgain, type FieldErrors, type MessageRef, type Submitted } from '../http/form.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { EmailChange, EmailForm } from '../users/email-change.service.js';
import { EmailVerification, type RequestOutcome } from '../users/email-verification.service.js';
import { emailKey } from '../users/identifiers.js';
import { AccountPages } from './account-pages.js';

/** Why nothing was sent. */
const NOT_SENT = { 'no-mail': 'form.no-mail', 'too-often': 'form.mailed-too-often' } as const;

/** One's e-mail address: whether it is confirmed, and moving to another one. */
@Controller('dashboard/email')
export class EmailController {
  constructor(
    private readonly verification: EmailVerification,
    private readonly emailChange: EmailChange,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  /** `recently` already here: who is asked for it only after typing types again. */
  @SignedIn('recently')
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.show(req, res, {});
  }

  /** The answer is the same for an address that belongs to somebody: its owner is told, nobody else. */
  @SignedIn('recently')
  @Post()
  async change(
    @Req() req: Request,
    @Res() res: Response,
    @Form(EmailForm) submitted: Submitted<EmailForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, submitted);
    const { account } = req.person!;
    const { form } = submitted;
    const refuse = (why: MessageRef, status?: number) =>
      this.show(req, res, { values: shownAgain(form), errors: { email: why }, status });
    if (emailKey(form.email) === account.emailKey) return refuse('form.email-unchanged');
    const outcome = await this.emailChange.request(account, form.email);
    if (outcome !== 'sent') return refuse(NOT_SENT[outcome], statusOf(outcome));
    await this.audit.record('email.change-requested', { accountId: account.id }, req);
    this.pages.done(res, '/email', 'email-change-requested');
  }

  @SignedIn()
  @Post('confirm')
  async confirm(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    if (account.emailVerifiedAt) return this.pages.done(res, '/email');
    const outcome = await this.verification.request(account);
    if (outcome !== 'sent')
      return this.show(req, res, { errors: { confirmation: NOT_SENT[outcome] }, status: statusOf(outcome) });
    this.pages.done(res, '/email', 'confirmation-sent');
  }

  private async show(
    req: Request,
    res: Response,
    {
      status,
      values = {},
      errors,
    }: { values?: Record<string, string>; errors?: FieldErrors; status?: number | undefined },
  ): Promise<void> {
    const { email, emailVerifiedAt } = req.person!.account;
    const data = {
      email,
      confirmedAt: emailVerifiedAt,
      possible: this.verification.isPossible,
      action: this.pages.url('/email'),
      confirmAction: this.pages.url('/email/confirm'),
      values,
      self: '/dashboard/email',
      ...(errors ? { errors } : {}),
    };
    await this.pages.show(req, res, 'email', data, status);
  }
}

function statusOf(outcome: Exclude<RequestOutcome, 'sent'>): number | undefined {
  return outcome === 'too-often' ? 429 : undefined;
}
