import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Pages } from '../http/pages.js';
import { notFound } from '../kernel/errors.js';
import { LogoutNotices } from '../oidc/sessions/logout-notices.service.js';
import { Sessions } from '../oidc/sessions/sessions.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { Accounts } from '../users/accounts.service.js';
import { AccountPages } from './account-pages.js';
import { entriesOf } from './receipt.js';

const RECEIPT_ID = /^[A-Za-z0-9_-]{22}$/;
/** In the place of a receipt's id, where no application had to be told. */
const NOBODY_TO_TELL = 'everywhere';

/** Signing out: here, or everywhere, with a receipt of who was told. */
@Controller()
export class SignOutController {
  constructor(
    private readonly config: Config,
    private readonly sessions: Sessions,
    private readonly notices: LogoutNotices,
    private readonly accounts: Accounts,
    private readonly accountPages: AccountPages,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  /** Ends the session even where there is none any more: signing out never fails. */
  @Public()
  @Post('dashboard/sign-out')
  async signOut(@Req() req: Request, @Res() res: Response): Promise<void> {
    const person = await this.sessions.current(req, res);
    await this.sessions.end(req, res);
    if (person) await this.record(req, person.account.id, 'sign-out');
    this.pages.redirect(res, '/signed-out');
  }

  /** After signing out here; there is nothing to confirm any more. */
  @Public()
  @Get('signed-out')
  signedOut(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'oidc/signed-out', { homeUrl: `${this.config.basePath}/` });
  }

  @SignedIn()
  @Get('dashboard/sign-out-everywhere')
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.accountPages.show(req, res, 'sign-out-everywhere', {
      action: this.accountPages.url('/sign-out-everywhere'),
      cancelUrl: this.accountPages.url('/sessions'),
    });
  }

  @SignedIn()
  @Post('dashboard/sign-out-everywhere')
  async signOutEverywhere(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account } = req.person!;
    const receiptId = await this.sessions.signOutEverywhere(req, res);
    // Ended elsewhere in this very moment.
    if (!receiptId) return this.pages.redirect(res, '/signed-out');
    await this.record(req, account.id, 'everywhere');
    const lines = await this.notices.receiptOf(receiptId);
    this.pages.redirect(res, `/signed-out/${lines.length > 0 ? receiptId : NOBODY_TO_TELL}`);
  }

  /**
   * Who was told, for whoever has no session any more: the address is the key, and counts for an hour. It names
   * applications and nothing of the person, but speaks their language and keeps to their clock, as their account did.
   */
  @Public()
  @Get('signed-out/:receipt')
  async receipt(@Req() req: Request, @Res() res: Response, @Param('receipt') receipt: string): Promise<void> {
    const nobodyToTell = receipt === NOBODY_TO_TELL;
    if (!nobodyToTell && !RECEIPT_ID.test(receipt)) throw notFound();
    const lines = nobodyToTell ? [] : await this.notices.receiptOf(receipt);
    const ownerId = lines.length > 0 ? await this.notices.ownerOf(receipt) : undefined;
    const owner = ownerId && (await this.accounts.find(ownerId));
    if (owner) req.languageHints = { account: owner.locale, timeZone: owner.timeZone };
    const entries = entriesOf(lines);
    this.pages.show(req, res, 'dashboard/receipt', {
      entries,
      nobodyToTell,
      underWay: entries.some(({ state }) => state === 'waiting' || state === 'first-try'),
      reloadUrl: `${this.config.basePath}/signed-out/${receipt}`,
      homeUrl: `${this.config.basePath}/`,
    });
  }

  private record(req: Request, accountId: string, reason: string): Promise<void> {
    return this.audit.record('session.ended', { accountId, detail: { reason } }, req);
  }
}
