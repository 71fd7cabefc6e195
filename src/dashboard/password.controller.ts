import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { IsNotEmpty, IsString } from 'class-validator';
import type { Request, Response } from 'express';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { tooOften } from '../attempts/too-often.js';
import { Audit, RESULT_OF } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { SignedIn } from '../oidc/signed-in.guard.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { Passwords } from '../users/passwords.service.js';

class PasswordChangeForm {
  @IsNotEmpty({ message: 'form.current' })
  @IsString({ message: 'form.current' })
  current!: string;

  @IsNotEmpty({ message: 'form.password' })
  @IsString({ message: 'form.password' })
  password!: string;
}

/** Changing one's password: the current one is asked for as well (ASVS 6.2.3), and every other session ends. */
@Controller('dashboard/password')
export class PasswordChangeController {
  constructor(
    private readonly config: Config,
    private readonly passwords: Passwords,
    private readonly policy: PasswordPolicy,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @SignedIn('recently')
  @Get()
  ask(@Req() req: Request, @Res() res: Response): void {
    this.show(req, res);
  }

  @SignedIn('recently')
  @Post()
  async change(
    @Req() req: Request,
    @Res() res: Response,
    @Form(PasswordChangeForm) submitted: Submitted<PasswordChangeForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, submitted.errors);
    const { account, sessionUid } = req.person!;
    const { current, password } = submitted.form;
    const refusal = this.policy.refusal(password, account);
    if (refusal) return this.show(req, res, { password: refusal });

    const verdict = await this.passwords.checkOf(account, current, this.knownBrowsers.tokens(req));
    await this.audit.record(
      'password.checked',
      { result: RESULT_OF[verdict.kind], accountId: account.id, factor: 'password' },
      req,
    );
    if (verdict.kind === 'throttled') {
      return this.show(req, res, { current: tooOften(res, verdict) }, 429);
    }
    if (verdict.kind === 'refused') return this.show(req, res, { current: 'form.current-refused' });
    await this.passwords.change(account.id, password, { sessionUid });
    await this.audit.record('password.changed', { accountId: account.id }, req);
    this.pages.redirect(res, '/dashboard?done=password-changed');
  }

  private show(req: Request, res: Response, errors?: FieldErrors, status?: number): void {
    const base = `${this.config.basePath}/dashboard`;
    const data = {
      action: `${base}/password`,
      cancelUrl: base,
      minLength: this.policy.minLength,
      ...(errors ? { errors } : {}),
    };
    this.pages.show(req, res, 'dashboard/password', data, status);
  }
}
