import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { IsString } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type Submitted } from '../http/form.js';
import { Config } from '../config/config.js';
import { ACR } from '../mfa/assurance.js';
import { Approvals, type WaitingRequest } from '../oidc/devices/approvals.service.js';
import { signInFirst } from '../oidc/sessions/sign-in-request.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';

class AnswerForm {
  @IsString({ message: 'form.unusable' })
  id!: string;
}

/** Which applications wait for one's answer, and giving it (OpenID Connect CIBA). */
@Controller('dashboard/approvals')
export class ApprovalsController {
  constructor(
    private readonly approvals: Approvals,
    private readonly config: Config,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async page(@Req() req: Request, @Res() res: Response): Promise<void> {
    const waiting = await this.approvals.waiting(req.person!.account.id);
    await this.pages.show(req, res, 'approvals', {
      waiting: waiting.map(inWords),
      approveAction: this.pages.url('/approvals/approve'),
      refuseAction: this.pages.url('/approvals/refuse'),
    });
  }

  /** Whoever signs in somewhere with this has done so here: at the account's full level, a short while ago, and as the application asks. */
  @SignedIn('recently')
  @Post('approve')
  async approve(
    @Req() req: Request,
    @Res() res: Response,
    @Form(AnswerForm) submitted: Submitted<AnswerForm>,
  ): Promise<void> {
    const person = req.person!;
    const answered = await this.approvals.approve(person, submitted.valid ? submitted.form.id : '');
    switch (answered.kind) {
      case 'too-weak':
        throw signInFirst(this.config, req, {
          acr_values: ACR[answered.level],
          ...(answered.maxAge === undefined ? {} : { max_age: String(answered.maxAge) }),
        });
      case 'unconfirmed-email':
        return this.pages.done(res, '/approvals', 'approval-unconfirmed');
      case 'gone':
      case 'refused':
        return this.pages.done(res, '/approvals', 'approval-gone');
      case 'approved': {
        const facts = { accountId: person.account.id, clientId: answered.clientId };
        await this.audit.record('approval.given', facts, req);
        return this.pages.done(res, '/approvals', 'approval-given');
      }
    }
  }

  @SignedIn()
  @Post('refuse')
  async refuse(
    @Req() req: Request,
    @Res() res: Response,
    @Form(AnswerForm) submitted: Submitted<AnswerForm>,
  ): Promise<void> {
    const { account } = req.person!;
    const answered = await this.approvals.refuse(account.id, submitted.valid ? submitted.form.id : '');
    if (answered.kind !== 'refused') return this.pages.done(res, '/approvals', 'approval-gone');
    await this.audit.record('approval.refused', { accountId: account.id, clientId: answered.clientId }, req);
    this.pages.done(res, '/approvals', 'approval-refused');
  }
}

function inWords({ id, client, bindingMessage, asked, askedAt, expiresAt }: WaitingRequest) {
  return {
    id,
    client,
    bindingMessage,
    scopes: asked.allowances,
    apis: asked.apis,
    details: asked.details,
    askedAt: new Date(askedAt),
    expiresAt: new Date(expiresAt),
  };
}
