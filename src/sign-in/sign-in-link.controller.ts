import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Sql } from '../database/sql.js';
import { Public } from '../http/access.js';
import { Form, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { IsString } from '../http/rules.js';
import { linkGone, SeeOther } from '../kernel/errors.js';
import { toSignIn } from '../oidc/sessions/sign-in-request.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { SignInLinks, type CarriedLink } from './sign-in-links.js';
import { StepPages } from './step-page.js';

class LinkForm {
  @IsString({ message: 'form.unusable' })
  owner!: string;
}

/** What a one-time sign-in link opens: the ordinary sign-in, whose first page asks for a button instead of a password. */
@Controller()
export class SignInLinkController {
  constructor(
    private readonly config: Config,
    private readonly sql: Sql,
    private readonly links: SignInLinks,
    private readonly attempts: AttemptStore,
    private readonly pages: Pages,
    private readonly stepPages: StepPages,
    private readonly audit: Audit,
  ) {}

  /** Burns nothing: whatever looks at links in messages may open it. */
  @Public()
  @Get('sign-in-link')
  async open(@Res() res: Response, @Query('token') token: unknown): Promise<void> {
    const link = await this.links.find(token);
    if (!link) throw linkGone();
    this.links.carry(res, link);
    // Whoever is signed in here now may be somebody else.
    this.pages.redirect(res, toSignIn(this.config, '/dashboard', { prompt: 'login' }));
  }

  /** The name is on the button's page: nobody is signed in to a stranger's account without being told so. */
  @DueStep('identify')
  @Get('interaction/:uid/sign-in-link')
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = await this.carried(req, res);
    this.stepPages.show(req, res, 'sign-in/link', {
      owner: account.username,
      ownerId: account.id,
      action: this.stepPages.url(req, 'sign-in-link'),
      passwordUrl: this.stepPages.url(req, 'password'),
    });
  }

  @DueStep('identify')
  @Post('interaction/:uid/sign-in-link')
  async use(
    @Req() req: Request,
    @Res() res: Response,
    @Form(LinkForm) submitted: Submitted<LinkForm>,
  ): Promise<void> {
    const link = await this.carried(req, res);
    const { id } = link.account;
    // Another link was opened in this browser meanwhile, by whatever site: its name is shown first.
    if (!submitted.valid || submitted.form.owner !== id) return this.stepPages.onward(req, res);
    this.links.drop(res);
    await this.sql.gather(
      async () => {
        await this.audit.record('sign-in-link.checked', { accountId: id, factor: 'sign-in-link' }, req);
        await this.attempts.prove(res, req.signIn!.attempt, id, 'sign-in-link');
      },
      (write) =>
        this.sql.transaction(async (sql) => {
          await this.links.spend(sql, link);
          await write(sql);
        }),
    );
    this.stepPages.onward(req, res);
  }

  private async carried(req: Request, res: Response): Promise<CarriedLink> {
    // Whoever carries none is not here for it: the dispatcher says what is due.
    if (!this.links.isCarried(req)) throw new SeeOther(`/interaction/${req.signIn!.interaction.uid}`);
    const link = await this.links.of(req);
    if (link) return link;
    this.links.drop(res);
    throw linkGone();
  }
}
