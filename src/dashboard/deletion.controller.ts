import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { IsNotEmpty, IsString, MaxLength } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { Clock, MINUTE } from '../kernel/clock.js';
import { Sessions } from '../oidc/sessions/sessions.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountDeletion, DELETION_GRACE } from '../users/account-deletion.service.js';
import { usernameKey } from '../users/identifiers.js';
import { AccountPages } from './account-pages.js';

class DeletionForm {
  @MaxLength(200, { message: 'form.confirm-username' })
  @IsNotEmpty({ message: 'form.confirm-username' })
  @IsString({ message: 'form.confirm-username' })
  username!: string;
}

/** Deleting one's account, and thinking better of it. */
@Controller()
export class DeletionController {
  constructor(
    private readonly config: Config,
    private readonly deletion: AccountDeletion,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
    private readonly accountPages: AccountPages,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @SignedIn('recently')
  @Get('dashboard/delete')
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.show(req, res);
  }

  @SignedIn('recently')
  @Post('dashboard/delete')
  async request(
    @Req() req: Request,
    @Res() res: Response,
    @Form(DeletionForm) submitted: Submitted<DeletionForm>,
  ): Promise<void> {
    const { account } = req.person!;
    // Asked for once more, the week would begin anew.
    if (account.deletionDueAt) return this.show(req, res);
    if (!submitted.valid) return this.show(req, res, submitted);
    const { username } = submitted.form;
    if (usernameKey(username) !== account.usernameKey)
      return this.show(req, res, { values: { username }, errors: { username: 'form.confirm-username' } });
    const dueAt = await this.deletion.request(account.id);
    if (dueAt === 'too-often')
      return this.show(req, res, { values: { username }, errors: { form: 'form.mailed-too-often' } }, 429);
    if (dueAt === 'last-operator')
      return this.show(req, res, { values: { username }, errors: { form: 'form.last-operator' } });
    await this.audit.record('account.deletion-requested', { accountId: account.id }, req);
    await this.sessions.end(req, res);
    this.pages.redirect(res, `/deletion-requested?until=${dueAt.getTime()}`);
  }

  /** Nobody is signed in any more. */
  @Public()
  @Get('deletion-requested')
  requested(@Req() req: Request, @Res() res: Response, @Query('until') until: unknown): void {
    this.pages.show(req, res, 'dashboard/deletion-requested', {
      until: this.withinGrace(until),
      mailed: this.config.smtp !== undefined,
      accountUrl: `${this.config.basePath}/dashboard`,
    });
  }

  @SignedIn()
  @Post('dashboard/keep')
  async keep(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    if (!(await this.deletion.keep(account.id))) return this.accountPages.done(res, '');
    await this.audit.record('account.kept', { accountId: account.id }, req);
    this.accountPages.done(res, '', 'account-kept');
  }

  /** Who had to sign in before keeping it comes back here, and finds the button again. */
  @SignedIn()
  @Get('dashboard/keep')
  backFromSignIn(@Res() res: Response): void {
    this.accountPages.done(res, '');
  }

  /** The address can say anything: a moment that no account can have is not shown. */
  private withinGrace(until: unknown): Date | undefined {
    const left = Number(until) - this.clock.now().getTime();
    return typeof until === 'string' && left > 0 && left <= DELETION_GRACE + MINUTE
      ? new Date(Number(until))
      : undefined;
  }

  private async show(
    req: Request,
    res: Response,
    { values = {}, errors }: { values?: Record<string, string>; errors?: FieldErrors } = {},
    status?: number,
  ): Promise<void> {
    const { username, deletionDueAt } = req.person!.account;
    const data = {
      username,
      dueAt: deletionDueAt,
      action: this.accountPages.url('/delete'),
      exportUrl: this.accountPages.url('/export'),
      cancelUrl: this.accountPages.url(),
      mailed: this.config.smtp !== undefined,
      values,
      ...(errors ? { errors } : {}),
    };
    await this.accountPages.show(req, res, 'delete', data, status);
  }
}
