import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { IsString } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type Submitted } from '../http/form.js';
import { allowances } from '../oidc/claims/allowances.js';
import {
  ConnectedApplications,
  type ConnectedApplication,
} from '../oidc/sessions/connected-applications.service.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';

class RevokeForm {
  @IsString({ message: 'form.unusable' })
  client!: string;
}

/** Which applications one has let in, and taking that back. */
@Controller('dashboard/applications')
export class ApplicationsController {
  constructor(
    private readonly applications: ConnectedApplications,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  @SignedIn()
  @Get()
  async page(@Req() req: Request, @Res() res: Response): Promise<void> {
    const connected = await this.applications.of(req.person!.account.id);
    const revokeUrl = this.pages.url('/applications/revoke');
    await this.pages.show(req, res, 'applications', {
      applications: connected.map((application) => ({
        ...inWords(application),
        revokeUrl: `${revokeUrl}?${new URLSearchParams({ client: application.clientId }).toString()}`,
      })),
    });
  }

  @SignedIn()
  @Get('revoke')
  async ask(@Req() req: Request, @Res() res: Response, @Query('client') clientId: unknown): Promise<void> {
    const connected = await this.applications.of(req.person!.account.id);
    const application = connected.find((each) => each.clientId === clientId);
    if (!application)
      return this.pages.done(res, '/applications', clientId === undefined ? undefined : 'application-gone');
    await this.pages.show(req, res, 'revoke', {
      application: inWords(application),
      action: this.pages.url('/applications/revoke'),
      cancelUrl: this.pages.url('/applications'),
    });
  }

  @SignedIn()
  @Post('revoke')
  async revoke(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RevokeForm) submitted: Submitted<RevokeForm>,
  ): Promise<void> {
    const { account } = req.person!;
    const clientId = submitted.valid ? submitted.form.client : '';
    if (!(await this.applications.revoke(account.id, clientId)))
      return this.pages.done(res, '/applications', 'application-gone');
    await this.audit.record('application.revoked', { accountId: account.id, clientId }, req);
    this.pages.done(res, '/applications', 'application-revoked');
  }
}

function inWords({
  clientId,
  face,
  scopes,
  claims,
  apis,
  since,
  firstParty,
  canBeTold,
  perhapsTold,
  signInUri,
}: ConnectedApplication) {
  return {
    clientId,
    client: face,
    scopes: allowances(scopes, claims),
    apis,
    since: Number.isFinite(since) ? new Date(since) : undefined,
    firstParty,
    canBeTold,
    perhapsTold,
    signInUri,
  };
}
