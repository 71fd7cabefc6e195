import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { Public } from '../../http/access.js';
import { Form, type Submitted } from '../../http/form.js';
import { Pages } from '../../http/pages.js';
import { addressDifference, seenAddress } from '../../http/seen-address.js';
import { linkGone } from '../../kernel/errors.js';
import { Invitations } from '../../users/invitations.js';
import { LinkPages, TokenForm } from '../../users/link-page.js';
import { FirstOperator } from './first-operator.js';
import { SetUp } from './set-up.guard.js';

/**
 * The set-up link: its page, the way to an account with a second factor, and the button that makes it the first operator's.
 * The link is spent by that last button alone.
 */
@Controller()
export class SetUpController {
  constructor(
    private readonly config: Config,
    private readonly invitations: Invitations,
    private readonly links: LinkPages,
    private readonly firstOperator: FirstOperator,
    private readonly pages: Pages,
  ) {}

  @Public()
  @Get('set-up')
  async ask(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    if (!(await this.invitations.find('operator', token))) throw linkGone();
    this.links.ask(req, res, 'set-up', token, {}, { warning: this.warning(req) });
  }

  @Public()
  @Post('set-up')
  async begin(@Res() res: Response, @Form(TokenForm) submitted: Submitted<TokenForm>): Promise<void> {
    const invitation = submitted.valid && (await this.invitations.find('operator', submitted.form.token));
    if (!invitation) throw linkGone();
    this.invitations.carry(res, invitation);
    this.pages.redirect(res, '/admin/set-up');
  }

  @SetUp()
  @Get('admin/set-up')
  confirm(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'admin/set-up', {
      username: req.person!.account.username,
      action: `${this.config.basePath}/admin/set-up`,
    });
  }

  @SetUp()
  @Post('admin/set-up')
  async make(@Req() req: Request, @Res() res: Response): Promise<void> {
    if (!(await this.firstOperator.make(req.person!.account, req.setUpToken!, req))) throw linkGone();
    this.pages.redirect(res, '/admin');
  }

  /** Whoever opens the link at another address than the configured one gets no further than this page. */
  private warning(req: Request): string | undefined {
    const seen = seenAddress(req.rawHeaders);
    if (!seen || !addressDifference(seen, this.config.origin)) return undefined;
    const params = { seen, configured: this.config.issuer };
    return this.pages.text(req, { key: 'admin.set-up.elsewhere', params });
  }
}
