import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Public } from '../http/access.js';
import { Form, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { linkGone } from '../kernel/errors.js';
import { Invitations } from './invitations.js';
import { LinkPages, TokenForm } from './link-page.js';

/** What an invitation opens. It lets register and nothing else: the way in is everybody's. */
@Controller('invitation')
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly links: LinkPages,
    private readonly pages: Pages,
  ) {}

  @Public()
  @Get()
  async ask(@Req() req: Request, @Res() res: Response, @Query('token') token: unknown): Promise<void> {
    if (!(await this.invitations.find('person', token))) throw linkGone();
    this.links.ask(req, res, 'invitation', token);
  }

  @Public()
  @Post()
  async accept(@Res() res: Response, @Form(TokenForm) submitted: Submitted<TokenForm>): Promise<void> {
    const invitation = submitted.valid && (await this.invitations.find('person', submitted.form.token));
    if (!invitation) throw linkGone();
    this.invitations.carry(res, invitation);
    // Where there is no session, the way to one; it begins with the registration.
    this.pages.redirect(res, '/dashboard');
  }
}
