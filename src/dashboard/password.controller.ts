import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { IsNotEmpty, IsString } from '../http/rules.js';
import type { Request, Response } from 'express';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { tooOften } from '../attempts/too-often.js';
import { Audit, RESULT_OF } from '../audit/audit.service.js';
import { readForm, type FieldErrors } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { signsInWithoutPassword } from '../mfa/enrolled.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { Passwords } from '../users/passwords.service.js';
import { AccountPages } from './account-pages.js';

class NewPasswordForm {
  @IsNotEmpty({ message: 'form.password' })
  @IsString({ message: 'form.password' })
  password!: string;
}

class PasswordChangeForm extends NewPasswordForm {
  @IsNotEmpty({ message: 'form.current' })
  @IsString({ message: 'form.current' })
  current!: string;
}

/** Changing one's password: the current one is asked for as well (ASVS 6.2.3), and every other session ends. Setting the first one, and doing without. */
@Controller('dashboard/password')
export class PasswordChangeController {
  constructor(
    private readonly passwords: Passwords,
    private readonly policy: PasswordPolicy,
    private readonly secondFactors: SecondFactors,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly accountPages: AccountPages,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @SignedIn('recently')
  @Get()
  ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.show(req, res);
  }

  /** Whoever has no password yet is asked for no current one: the sign-in was recent, at the account's own highest level. */
  @SignedIn('recently')
  @Post()
  async change(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    const hasPassword = account.passwordHash !== null;
    const submitted = readForm<NewPasswordForm>(hasPassword ? PasswordChangeForm : NewPasswordForm, req.body);
    if (!submitted.valid) return this.show(req, res, submitted.errors);
    const { password } = submitted.form;
    const refusal = await this.policy.refusal(password, account);
    if (refusal) return this.show(req, res, { password: refusal });
    if (hasPassword && !(await this.isCurrent(req, res, (submitted.form as PasswordChangeForm).current)))
      return;
    if (!(await this.passwords.change(account, password, { sessionUid })))
      return this.accountPages.done(res, '', 'changed-meanwhile');
    await this.audit.record('password.changed', { accountId: account.id }, req);
    this.accountPages.done(res, '', 'password-changed');
  }

  @SignedIn('recently')
  @Get('remove')
  async askRemove(@Req() req: Request, @Res() res: Response): Promise<void> {
    if (!(await this.isDispensable(req))) return this.accountPages.done(res, '/password');
    await this.accountPages.show(req, res, 'remove-password', {
      action: this.accountPages.url('/password/remove'),
      cancelUrl: this.accountPages.url('/password'),
    });
  }

  @SignedIn('recently')
  @Post('remove')
  async remove(@Req() req: Request, @Res() res: Response): Promise<void> {
    if (!(await this.isDispensable(req))) return this.accountPages.done(res, '/password');
    const { account, sessionUid } = req.person!;
    // False: the factors were changed elsewhere meanwhile, and perhaps the passkey is gone.
    if (!(await this.passwords.remove(account, { sessionUid })))
      return this.accountPages.done(res, '/password', 'changed-meanwhile');
    await this.audit.record('password.removed', { accountId: account.id }, req);
    this.accountPages.done(res, '/password', 'password-removed');
  }

  /** Whether there is a password, and another way in. */
  private async isDispensable(req: Request): Promise<boolean> {
    const { account } = req.person!;
    return (
      account.passwordHash !== null && signsInWithoutPassword(await this.secondFactors.enrolled(account.id))
    );
  }

  /** Answers the request where it is not. */
  private async isCurrent(req: Request, res: Response, typed: string): Promise<boolean> {
    const { account } = req.person!;
    const verdict = await this.passwords.checkOf(account, typed, this.knownBrowsers.tokens(req));
    await this.audit.record(
      'password.checked',
      { result: RESULT_OF[verdict.kind], accountId: account.id, factor: 'password' },
      req,
    );
    if (verdict.kind === 'throttled') await this.show(req, res, { current: tooOften(res, verdict) }, 429);
    if (verdict.kind === 'refused') await this.show(req, res, { current: 'form.current-refused' });
    return verdict.kind === 'proven';
  }

  private async show(req: Request, res: Response, errors?: FieldErrors, status?: number): Promise<void> {
    const hasPassword = req.person!.account.passwordHash !== null;
    const data = {
      ...(hasPassword ? {} : { title: this.pages.text(req, 'dashboard.password.set-heading') }),
      hasPassword,
      action: this.accountPages.url('/password'),
      cancelUrl: this.accountPages.url(),
      removeUrl: (await this.isDispensable(req)) ? this.accountPages.url('/password/remove') : undefined,
      minLength: this.policy.minLength,
      ...(errors ? { errors } : {}),
    };
    await this.accountPages.show(req, res, 'password', data, status);
  }
}
