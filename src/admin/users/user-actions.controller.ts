import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Form, type Submitted } from '../../http/form.js';
import { notFound } from '../../kernel/errors.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import { SessionList } from '../../oidc/sessions/session-list.service.js';
import { HelpDesk, Operator } from '../console/operator.guard.js';
import { ActionPages, type ActionPage } from './action-pages.js';
import { HELP_ACTIONS, RIGHTS_ACTIONS, type UserAction } from './action-table.js';
import { ActionFields } from './forms.js';
import { UserActions } from './user-actions.js';
import { UserHelp } from './user-help.js';
import { UserMemberships } from './user-memberships.js';

/** What is done to one account, each on a page of its own. What there is stands in action-table.ts, who may in permission.ts. */
@Controller('admin/users/:id')
export class UserActionsController {
  constructor(
    readonly actions: UserActions,
    readonly help: UserHelp,
    readonly memberships: UserMemberships,
    private readonly secondFactors: SecondFactors,
    private readonly sessions: SessionList,
    private readonly pages: ActionPages,
  ) {}

  @HelpDesk()
  @Get('help/:action')
  async askHelp(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('action') name: string,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.show(req, res, account, this.page(HELP_ACTIONS, 'help', name));
  }

  @HelpDesk()
  @Post('help/:action')
  async doHelp(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('action') name: string,
    @Form(ActionFields) submitted: Submitted<ActionFields>,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.submit(req, res, account, this.page(HELP_ACTIONS, 'help', name), submitted);
  }

  @Operator()
  @Get('rights/:action')
  async askRights(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('action') name: string,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.show(req, res, account, this.page(RIGHTS_ACTIONS, 'rights', name));
  }

  @Operator()
  @Post('rights/:action')
  async doRights(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('action') name: string,
    @Form(ActionFields) submitted: Submitted<ActionFields>,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.submit(req, res, account, this.page(RIGHTS_ACTIONS, 'rights', name), submitted);
  }

  @HelpDesk()
  @Get('factors/:kind/:factor')
  async askFactor(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('kind') kind: string,
    @Param('factor') factor: string,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.show(req, res, account, await this.removal(id, kind, factor));
  }

  @HelpDesk()
  @Post('factors/:kind/:factor')
  async removeFactor(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('kind') kind: string,
    @Param('factor') factor: string,
    @Form(ActionFields) submitted: Submitted<ActionFields>,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.submit(req, res, account, await this.removal(id, kind, factor), submitted);
  }

  @HelpDesk()
  @Get('sessions/:session')
  async askSession(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('session') session: string,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.show(req, res, account, await this.ending(req, id, session));
  }

  @HelpDesk()
  @Post('sessions/:session')
  async endSession(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Param('session') session: string,
    @Form(ActionFields) submitted: Submitted<ActionFields>,
  ): Promise<void> {
    const account = await this.pages.account(req, id);
    await this.pages.submit(req, res, account, await this.ending(req, id, session), submitted);
  }

  /** @throws notFound where there is no such action */
  private page(table: Record<string, UserAction>, below: string, name: string): ActionPage {
    const action = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!action) throw notFound();
    const { act, ...asked } = action;
    return {
      ...asked,
      name,
      path: `/${below}/${name}`,
      act: (actor, account, form) => act(this, actor, account, form),
    };
  }

  private async removal(accountId: string, kind: string, id: string): Promise<ActionPage> {
    const { authenticators, passkeys } = await this.secondFactors.enrolled(accountId);
    const found = { totp: authenticators, passkey: passkeys }[kind]?.find((each) => each.id === id);
    if (!found || (kind !== 'totp' && kind !== 'passkey')) throw notFound();
    return {
      name: 'remove-factor',
      path: `/factors/${kind}/${id}`,
      asks: ['reason'],
      danger: true,
      words: { factor: found.name || kind },
      act: (actor, account, { reason }) => this.help.removeFactor(actor, account, { kind, id }, reason),
    };
  }

  private async ending(req: Request, accountId: string, id: string): Promise<ActionPage> {
    const session = (await this.sessions.of(accountId, '')).find((each) => each.id === id);
    if (!session) throw notFound();
    const browser = session.browser || this.pages.text(req, 'account.unknown-browser');
    return {
      name: 'end-session',
      path: `/sessions/${id}`,
      asks: ['reason'],
      danger: true,
      words: { session: [browser, session.address].filter(Boolean).join(', ') },
      act: (actor, account, { reason }) => this.actions.endSession(actor, account, id, reason),
    };
  }
}
