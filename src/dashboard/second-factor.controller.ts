import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type FieldErrors, type Submitted } from '../http/form.js';
import { Authenticators } from '../mfa/authenticators.service.js';
import { EnrolmentForm } from '../mfa/forms.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { driftMessage, setUpData } from '../mfa/set-up-page.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { ceremony, FactorPages } from './factor-pages.js';
import { MAX_AUTHENTICATORS } from './second-factor-data.js';

/** One's second factors as a list, adding an authenticator app, and turning everything off. */
@Controller('dashboard/second-factor')
export class SecondFactorPagesController {
  constructor(
    private readonly authenticators: Authenticators,
    private readonly secondFactors: SecondFactors,
    private readonly factorPages: FactorPages,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  overview(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.factorPages.showList(req, res);
  }

  @SignedIn('recently')
  @Get('set-up')
  async askSetUp(@Req() req: Request, @Res() res: Response): Promise<void> {
    // The list says that there is no room for another one.
    if (await this.isFull(req)) return this.factorPages.toList(res);
    return this.showSetUp(req, res);
  }

  @SignedIn('recently')
  @Post('set-up')
  async setUp(
    @Req() req: Request,
    @Res() res: Response,
    @Form(EnrolmentForm) submitted: Submitted<EnrolmentForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showSetUp(req, res, submitted);
    if (await this.isFull(req)) return this.factorPages.toList(res);
    const { account, sessionUid } = req.person!;
    const { form } = submitted;
    const outcome = await this.secondFactors.enrol(account, ceremony(req), form, { sessionUid });
    if (outcome.kind === 'wrong-code') {
      await this.audit.record(
        'second-factor.enrolled',
        { result: 'failure', accountId: account.id, factor: 'totp' },
        req,
      );
      const code = outcome.drift ? driftMessage(outcome.drift) : 'form.set-up-refused';
      return this.showSetUp(req, res, { values: { name: form.name ?? '' }, errors: { code } });
    }
    if (outcome.kind === 'changed-meanwhile') return this.factorPages.toList(res, 'changed-meanwhile');
    await this.audit.record('second-factor.enrolled', { accountId: account.id, factor: 'totp' }, req);
    this.factorPages.added(req, res, outcome.codes, 'authenticator-added');
  }

  @SignedIn('recently')
  @Get('turn-off')
  async askTurnOff(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.showTurnOff(req, res);
  }

  @SignedIn('recently')
  @Post('turn-off')
  async turnOff(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    if (account.passwordHash === null) return this.showTurnOff(req, res, { form: 'form.last-way-in' });
    const { authenticators, passkeys } = await this.secondFactors.enrolled(account.id);
    if (!(await this.secondFactors.turnOff(account, { sessionUid })))
      return this.factorPages.toList(res, 'changed-meanwhile');
    const kinds = [
      ...(authenticators.length > 0 ? ['totp'] : []),
      ...(passkeys.length > 0 ? ['passkey'] : []),
    ];
    for (const factor of kinds)
      await this.audit.record('second-factor.removed', { accountId: account.id, factor }, req);
    this.pages.done(res, '', 'second-factor-off');
  }

  /** Counted after the account was read: one that is added in between fails at the account's factor generation. */
  private async isFull(req: Request): Promise<boolean> {
    return (await this.authenticators.list(req.person!.account.id)).length >= MAX_AUTHENTICATORS;
  }

  private async showSetUp(
    req: Request,
    res: Response,
    again: { values?: Record<string, string>; errors?: FieldErrors } = {},
  ): Promise<void> {
    const { account } = req.person!;
    await this.pages.show(req, res, 'set-up', {
      ...(await setUpData(this.authenticators.offer(account, ceremony(req)))),
      action: this.factorPages.url('/set-up'),
      cancelUrl: this.factorPages.url(''),
      named: true,
      another: await this.secondFactors.has(account.id),
      values: again.values ?? {},
      ...(again.errors ? { errors: again.errors } : {}),
    });
  }

  private async showTurnOff(req: Request, res: Response, errors?: FieldErrors): Promise<void> {
    await this.pages.show(req, res, 'turn-off', {
      action: this.factorPages.url('/turn-off'),
      cancelUrl: this.factorPages.url(''),
      // Without a password there would be no way in any more.
      refused: req.person!.account.passwordHash === null,
      passwordUrl: this.factorPages.passwordUrl,
      ...(errors ? { errors } : {}),
    });
  }
}
