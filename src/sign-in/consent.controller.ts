import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { interactionGone } from '../kernel/errors.js';
import { allowances } from '../oidc/claims/allowances.js';
import { Interactions } from '../oidc/interactions.service.js';
import { Accounts } from '../users/accounts.service.js';
import { DueStep } from './due-step.guard.js';
import { StepPages } from './step-page.js';

/** Whether a third-party application may see what it asks for. A prompt of the provider's own, not a step of the sign-in. */
@Controller('interaction/:uid/consent')
export class ConsentController {
  constructor(
    private readonly interactions: Interactions,
    private readonly accounts: Accounts,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  @DueStep('consent')
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { interaction } = req.signIn!;
    if (!interaction.session) throw interactionGone("the session of this consent is not this browser's");
    const account = await this.accounts.find(interaction.session.accountId);
    this.pages.show(req, res, 'sign-in/consent', {
      action: this.pages.url(req, 'consent'),
      client: {
        ...interaction.client,
        host: interaction.redirectUri && destination(interaction.redirectUri),
      },
      unvouched: interaction.unvouched,
      account: account && { username: account.username },
      scopes: allowances(interaction.scopes, interaction.declaredClaims),
      details: interaction.authorizationDetails,
      apis: interaction.apis.filter(({ scopes }) => scopes.length > 0),
    });
  }

  @DueStep('consent')
  @Post()
  async allow(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { interaction } = req.signIn!;
    const grantId = await this.interactions.grant(interaction);
    const facts = {
      accountId: interaction.session?.accountId,
      clientId: interaction.client.id,
      detail: {
        scopes: interaction.missingScopes,
        ...(interaction.missingDeclaredClaims.length > 0
          ? { claims: interaction.missingDeclaredClaims }
          : {}),
        ...(interaction.apis.length > 0 ? { apis: interaction.missingApiScopes } : {}),
      },
    };
    await this.audit.record('consent.given', facts, req);
    res.redirect(303, await this.interactions.answer(req, res, { consent: { grantId } }));
  }
}

/** Where the person will be sent: a host, or the scheme of an app. */
function destination(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri);
  return host || protocol;
}
