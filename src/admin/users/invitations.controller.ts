import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { Form, type Submitted } from '../../http/form.js';
import { Languages } from '../../http/language.js';
import type { PageData } from '../../http/pages.js';
import { notFound } from '../../kernel/errors.js';
import { Accounts } from '../../users/accounts.service.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { HelpDesk } from '../console/operator.guard.js';
import { REFUSALS } from './action-table.js';
import { InviteForm } from './forms.js';
import { UserInvitations } from './user-invitations.js';

/** Letting somebody register, and taking that back while it was not used. */
@Controller('admin/users')
export class InvitationPagesController {
  constructor(
    private readonly config: Config,
    private readonly invitations: UserInvitations,
    private readonly accounts: Accounts,
    private readonly languages: Languages,
    private readonly console: ConsolePages,
  ) {}

  @HelpDesk('at-all')
  @Get('invitations')
  async list(@Req() req: Request, @Res() res: Response): Promise<void> {
    const open = await this.invitations.open();
    this.console.show(req, res, 'users/invitations', {
      invitations: await Promise.all(
        open.map(async ({ id, email, madeBy, createdAt, expiresAt }) => ({
          email,
          createdAt,
          expiresAt,
          by: madeBy && ((await this.accounts.find(madeBy))?.username ?? madeBy),
          withdrawUrl: this.console.url(`/users/invitations/${id}`),
        })),
      ),
      inviteUrl: this.console.url('/users/invite'),
      listUrl: this.console.url('/users'),
    });
  }

  @HelpDesk()
  @Get('invite')
  askInvite(@Req() req: Request, @Res() res: Response): void {
    this.showInvite(req, res, { values: {} });
  }

  /** A link is shown this once: the server keeps a fingerprint of it. With an address nobody here sees one. */
  @HelpDesk()
  @Post('invite')
  async invite(
    @Req() req: Request,
    @Res() res: Response,
    @Form(InviteForm) submitted: Submitted<InviteForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showInvite(req, res, submitted);
    const { email } = submitted.form;
    if (email) return this.inviteByMail(req, res, email);
    const { url, expiresAt } = await this.invitations.invite(actorOf(req));
    const subject = this.console.text(req, {
      key: 'admin.users.invite.letter',
      params: { service: this.config.serviceName },
    });
    const mailto = `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(url)}`;
    // A change of language would show the page without the link.
    this.showInvite(req, res, { link: url, expiresAt, mailto, codes: true });
  }

  @HelpDesk()
  @Get('invitations/:invitation')
  async askWithdraw(
    @Req() req: Request,
    @Res() res: Response,
    @Param('invitation') id: string,
  ): Promise<void> {
    const found = (await this.invitations.open()).find((each) => each.id === id);
    if (!found) throw notFound();
    this.console.show(req, res, 'users/withdraw', {
      email: found.email,
      createdAt: found.createdAt,
      action: this.console.url(`/users/invitations/${id}`),
      cancelUrl: this.console.url('/users/invitations'),
    });
  }

  @HelpDesk()
  @Post('invitations/:invitation')
  async withdraw(@Req() req: Request, @Res() res: Response, @Param('invitation') id: string): Promise<void> {
    if ((await this.invitations.withdraw(actorOf(req), id)).kind === 'refused') throw notFound();
    this.console.done(res, '/users/invitations', 'invitation-withdrawn');
  }

  private async inviteByMail(req: Request, res: Response, email: string): Promise<void> {
    const invited = await this.invitations.inviteByMail(actorOf(req), email, this.languages.of(req));
    if (invited.kind === 'done') return this.console.done(res, '/users/invitations', 'invitation-sent');
    this.showInvite(req, res, { values: { email }, errors: { form: REFUSALS[invited.why]! } });
  }

  private showInvite(req: Request, res: Response, data: PageData): void {
    this.console.show(req, res, 'users/invite', {
      registerUrl: this.config.registrationOpen ? this.config.url('/register') : undefined,
      mailed: this.invitations.mailed,
      action: this.console.url('/users/invite'),
      listUrl: this.console.url('/users/invitations'),
      self: '/admin/users/invite',
      ...data,
    });
  }
}
