import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Public } from '../http/access.js';
import { Form, type Submitted } from '../http/form.js';
import { linkGone } from '../kernel/errors.js';
import { AccountDeletion } from './account-deletion.service.js';
import { EmailChange } from './email-change.service.js';
import { EmailVerification } from './email-verification.service.js';
import { LinkPages, TokenForm } from './link-page.js';

/** What the links in mails are for, but for a new password. None of them signs anybody in. */
@Controller()
export class LinksController {
  constructor(
    private readonly verification: EmailVerification,
    private readonly emailChange: EmailChange,
    private readonly deletion: AccountDeletion,
    private readonly pages: LinkPages,
    private readonly audit: Audit,
  ) {}

  @Public()
  @Get('verify-email')
  async askVerify(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    const account = await this.verification.find(token);
    if (!account) throw linkGone();
    this.pages.ask(req, res, 'verify-email', token, { username: account.username, email: account.email });
  }

  @Public()
  @Post('verify-email')
  async verify(
    @Req() req: Request,
    @Res() res: Response,
    @Form(TokenForm) submitted: Submitted<TokenForm>,
  ): Promise<void> {
    const account = await this.verification.confirm(tokenOf(submitted));
    if (!account) throw linkGone();
    await this.audit.record('email.verified', { accountId: account.id }, req);
    this.pages.redirectToDone(res, 'verify-email');
  }

  @Public()
  @Get('confirm-email')
  async askConfirm(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    const found = await this.emailChange.find(token);
    if (!found) throw linkGone();
    this.pages.ask(req, res, 'confirm-email', token, {
      username: found.account.username,
      email: found.email,
    });
  }

  @Public()
  @Post('confirm-email')
  async confirm(
    @Req() req: Request,
    @Res() res: Response,
    @Form(TokenForm) submitted: Submitted<TokenForm>,
  ): Promise<void> {
    const outcome = await this.emailChange.confirm(tokenOf(submitted));
    if (outcome.kind !== 'changed') throw linkGone();
    await this.audit.record('email.changed', { accountId: outcome.account.id }, req);
    this.pages.redirectToDone(res, 'confirm-email');
  }

  @Public()
  @Get('undo-email-change')
  async askUndo(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    const found = await this.emailChange.findUndo(token);
    if (!found) throw linkGone();
    this.pages.ask(req, res, 'undo-email-change', token, {
      username: found.account.username,
      email: found.email,
    });
  }

  @Public()
  @Post('undo-email-change')
  async undo(
    @Req() req: Request,
    @Res() res: Response,
    @Form(TokenForm) submitted: Submitted<TokenForm>,
  ): Promise<void> {
    const outcome = await this.emailChange.undo(tokenOf(submitted));
    if (outcome.kind !== 'changed') throw linkGone();
    await this.audit.record('email.change-undone', { accountId: outcome.account.id }, req);
    this.pages.redirectToDone(res, outcome.account.disabledAt ? 'not-me-closed' : 'undo-email-change');
  }

  @Public()
  @Get('keep-account')
  async askKeep(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    const account = await this.deletion.find(token);
    if (!account) throw linkGone();
    this.pages.ask(req, res, 'keep-account', token, { username: account.username });
  }

  @Public()
  @Post('keep-account')
  async keep(
    @Req() req: Request,
    @Res() res: Response,
    @Form(TokenForm) submitted: Submitted<TokenForm>,
  ): Promise<void> {
    const account = await this.deletion.keepByLink(tokenOf(submitted));
    if (!account) throw linkGone();
    await this.audit.record('account.kept', { accountId: account.id }, req);
    this.pages.redirectToDone(res, 'keep-account');
  }

  /** What the button on a link's page has led to. */
  @Public()
  @Get('link-done/:purpose')
  done(@Req() req: Request, @Res() res: Response, @Param('purpose') purpose: string): void {
    this.pages.done(req, res, purpose);
  }
}

function tokenOf(submitted: Submitted<TokenForm>): string {
  if (!submitted.valid) throw linkGone();
  return submitted.form.token;
}
