import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { IsString } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type Submitted } from '../http/form.js';
import { plainAddress } from '../kernel/address.js';
import { SessionList, type ListedSession } from '../oidc/sessions/session-list.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { deviceIcon } from './circumstances.js';

class SessionForm {
  @IsString({ message: 'form.unusable' })
  id!: string;
}

/** Where one is signed in, and ending that: this session goes on. */
@Controller('dashboard/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: SessionList,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async page(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    const sessions = await this.sessions.of(account.id, sessionUid);
    await this.pages.show(req, res, 'sessions', {
      sessions: sessions.map((session) => this.inWords(req, session)),
      others: sessions.some(({ current }) => !current),
      endAction: this.pages.url('/sessions/end'),
      endOthersAction: this.pages.url('/sessions/end-others'),
      everywhereUrl: this.pages.url('/sign-out-everywhere'),
    });
  }

  /** One of this account's: an id of somebody else's ends nothing, and is answered like one that has ended already. */
  @SignedIn()
  @Post('end')
  async end(
    @Req() req: Request,
    @Res() res: Response,
    @Form(SessionForm) submitted: Submitted<SessionForm>,
  ): Promise<void> {
    const { account } = req.person!;
    const ended = submitted.valid && (await this.sessions.end(account.id, submitted.form.id));
    if (!ended) return this.pages.done(res, '/sessions', 'session-gone');
    await this.audit.record(
      'session.ended',
      { accountId: account.id, detail: { reason: 'ended-from-another' } },
      req,
    );
    this.pages.done(res, '/sessions', 'session-ended');
  }

  @SignedIn()
  @Post('end-others')
  async endOthers(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    if ((await this.sessions.endOthers(account.id, sessionUid)) !== undefined)
      await this.audit.record(
        'session.ended',
        { accountId: account.id, detail: { reason: 'all-others-ended' } },
        req,
      );
    this.pages.done(res, '/sessions', 'sessions-ended');
  }

  private inWords(req: Request, session: ListedSession) {
    const { id, current, userAgent, address, startedAt, lastUsedAt, applications } = session;
    return {
      id,
      current,
      browser: this.pages.browser(req, userAgent),
      icon: deviceIcon(userAgent),
      address: plainAddress(address),
      startedAt: new Date(startedAt),
      lastUsedAt: new Date(lastUsedAt),
      applications: applications.join(', '),
    };
  }
}
