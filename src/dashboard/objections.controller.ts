import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Public } from '../http/access.js';
import { Form, type Submitted } from '../http/form.js';
import { linkGone } from '../kernel/errors.js';
import { Objections } from '../mfa/objections.service.js';
import { Recovery } from '../mfa/recovery.service.js';
import { Accounts } from '../users/accounts.service.js';
import { LinkPages, TokenForm } from '../users/link-page.js';

/** What the links in mails do against somebody else's doings in an account. None of them signs anybody in. */
@Controller()
export class ObjectionsController {
  constructor(
    private readonly objections: Objections,
    private readonly recovery: Recovery,
    private readonly accounts: Accounts,
    private readonly pages: LinkPages,
    private readonly audit: Audit,
  ) {}

  @Public()
  @Get('not-me')
  async askNotMe(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    const account = await this.objections.find(token);
    if (!account) throw linkGone();
    this.pages.ask(req, res, 'not-me', token, { username: account.username });
  }

  @Public()
  @Post('not-me')
  async notMe(
    @Req() req: Request,
    @Res() res: Response,
    @Form(TokenForm) submitted: Submitted<TokenForm>,
  ): Promise<void> {
    const objected = submitted.valid ? await this.objections.object(submitted.form.token) : undefined;
    if (!objected) throw linkGone();
    const { account, kind } = objected;
    await this.audit.record('account.objected', { accountId: account.id, detail: { outcome: kind } }, req);
    this.pages.redirectToDone(res, kind === 'closed' ? 'not-me-closed' : 'not-me');
  }

  @Public()
  @Get('cancel-recovery')
  async askCancel(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    const accountId = await this.recovery.findByLink(token);
    const account = accountId ? await this.accounts.find(accountId) : null;
    if (!account) throw linkGone();
    this.pages.ask(req, res, 'cancel-recovery', token, { username: account.username });
  }

  @Public()
  @Post('cancel-recovery')
  async cancel(
    @Req() req: Request,
    @Res() res: Response,
    @Form(TokenForm) submitted: Submitted<TokenForm>,
  ): Promise<void> {
    const accountId = submitted.valid ? await this.recovery.cancelByLink(submitted.form.token) : undefined;
    if (!accountId) throw linkGone();
    await this.audit.record('recovery.cancelled', { accountId }, req);
    this.pages.redirectToDone(res, 'cancel-recovery');
  }
}
