import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { IsNotEmpty, IsString, MaxLength } from '../http/rules.js';
import type { Request, Response } from 'express';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { linkGone } from '../kernel/errors.js';
import type { Account } from './account.entity.js';
import { LinkPages, TokenForm } from './link-page.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordReset } from './password-reset.service.js';

class ForgotPasswordForm {
  @MaxLength(320, { message: 'form.identifier' })
  @IsNotEmpty({ message: 'form.identifier' })
  @IsString({ message: 'form.identifier' })
  username!: string;
}

class NewPasswordForm extends TokenForm {
  @IsNotEmpty({ message: 'form.password' })
  @IsString({ message: 'form.password' })
  password!: string;
}

/** A forgotten password: the wish for a link, with the same answer for everyone, and what the link opens. */
@Controller()
export class PasswordResetController {
  constructor(
    private readonly config: Config,
    private readonly reset: PasswordReset,
    private readonly policy: PasswordPolicy,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly pages: Pages,
    private readonly linkPages: LinkPages,
    private readonly audit: Audit,
  ) {}

  @Public()
  @Get('forgot-password')
  ask(@Req() req: Request, @Res() res: Response): void {
    this.showForgot(req, res, {});
  }

  @Public()
  @Post('forgot-password')
  async request(
    @Req() req: Request,
    @Res() res: Response,
    @Form(ForgotPasswordForm) submitted: Submitted<ForgotPasswordForm>,
  ): Promise<void> {
    if (!submitted.valid)
      return this.showForgot(req, res, { values: submitted.values, errors: submitted.errors });
    if (!this.reset.isPossible) return this.showForgot(req, res, {});
    await this.reset.request(submitted.form.username, this.knownBrowsers.tokens(req));
    // Without an account: who it would be, the answer must not depend on.
    await this.audit.record('password.reset-requested', {}, req);
    this.pages.redirect(res, '/forgot-password/sent');
  }

  @Public()
  @Get('forgot-password/sent')
  sent(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'users/forgot-password-sent', {
      againUrl: `${this.config.basePath}/forgot-password`,
      signInUrl: `${this.config.basePath}/dashboard`,
    });
  }

  @Public()
  @Get('reset-password')
  async askNew(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    this.showNew(req, res, await this.owner(token), token as string);
  }

  @Public()
  @Post('reset-password')
  async replace(
    @Req() req: Request,
    @Res() res: Response,
    @Form(NewPasswordForm) submitted: Submitted<NewPasswordForm>,
  ): Promise<void> {
    const token: unknown = submitted.valid ? submitted.form.token : submitted.values['token'];
    const owner = await this.owner(token);
    // A password that is refused leaves the link as it is: there is another try.
    if (!submitted.valid) return this.showNew(req, res, owner, token as string, submitted.errors);
    const refusal = await this.policy.refusal(submitted.form.password, owner);
    if (refusal) return this.showNew(req, res, owner, token as string, { password: refusal });
    const account = await this.reset.reset(token, submitted.form.password);
    if (!account) throw linkGone();
    await this.audit.record('password.reset', { accountId: account.id }, req);
    this.linkPages.redirectToDone(res, 'reset-password');
  }

  private async owner(token: unknown): Promise<Account> {
    const account = await this.reset.find(token);
    if (!account) throw linkGone();
    return account;
  }

  private showForgot(req: Request, res: Response, data: object): void {
    const { basePath } = this.config;
    this.pages.show(req, res, 'users/forgot-password', {
      possible: this.reset.isPossible,
      action: `${basePath}/forgot-password`,
      signInUrl: `${basePath}/dashboard`,
      ...data,
    });
  }

  private showNew(req: Request, res: Response, account: Account, token: string, errors?: FieldErrors): void {
    this.pages.show(req, res, 'users/reset-password', {
      account: { username: account.username },
      action: `${this.config.basePath}/reset-password`,
      minLength: this.policy.minLength,
      token,
      self: '/reset-password',
      ...(errors ? { errors } : {}),
    });
  }
}
