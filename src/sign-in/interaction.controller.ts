import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Pages } from '../http/pages.js';
import { Interactions, type Interaction } from '../oidc/interactions.service.js';
import { Registration } from '../users/registration.service.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { SignInLinks } from './sign-in-links.js';
import { SignIns } from './sign-in.service.js';

/** The second factor that is asked for first; the pages lead to one another. */
const FACTOR_PAGE = { totp: 'totp', passkey: 'security-key', 'backup-code': 'backup-code' } as const;

/** The dispatcher: the one place that leads from step to step. The steps never lead to one another. */
@Controller('interaction/:uid')
export class InteractionController {
  constructor(
    private readonly interactions: Interactions,
    private readonly signIns: SignIns,
    private readonly attempts: AttemptStore,
    private readonly signInLinks: SignInLinks,
    private readonly registration: Registration,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @DueStep('any')
  @Get()
  async dispatch(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { interaction, account, step } = req.signIn!;
    if (interaction.answered) return res.redirect(303, interaction.original.returnTo);
    if (interaction.prompt === 'entry') {
      const facts = { accountId: interaction.session?.accountId, clientId: interaction.client.id };
      await this.audit.record('entry.refused', { ...facts, result: 'failure' }, req);
      return this.to(res, interaction, 'not-let-in');
    }
    if (interaction.prompt === 'consent') {
      if (!interaction.clientIsFirstParty)
        return this.pages.redirect(res, `/interaction/${interaction.uid}/consent`);
      const grantId = await this.interactions.grant(interaction);
      return res.redirect(303, await this.interactions.answer(req, res, { consent: { grantId } }));
    }
    switch (step.kind) {
      case 'done':
        return res.redirect(303, (await this.signIns.finish(req, res)) ?? req.originalUrl);
      case 'refused':
        return res.redirect(303, await this.refuse(req, res, 'the account is disabled'));
      case 'identify':
        return this.to(res, interaction, await this.identifyPage(req, account !== undefined));
      case 'second-factor':
        return this.to(res, interaction, step.offer[0] ? FACTOR_PAGE[step.offer[0]] : 'recovery');
      case 'save-backup-codes':
        return this.to(res, interaction, 'backup-codes');
      case 'enrol':
      case 'verify-email':
        return this.to(res, interaction, step.kind);
    }
  }

  /** Who comes with a link that stands in for the password uses it; who comes with an invitation, and is nobody yet, registers. */
  private async identifyPage(req: Request, isKnown: boolean): Promise<string> {
    if (await this.signInLinks.of(req)) return 'sign-in-link';
    return !isKnown && (await this.registration.isInvited(req)) ? 'register' : 'password';
  }

  /** The person does not want to go on: the application is told so. */
  @DueStep('any')
  @Post('cancel')
  async cancel(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { interaction, account } = req.signIn!;
    if (interaction.answered) return this.pages.redirect(res, `/interaction/${interaction.uid}`);
    if (interaction.prompt === 'consent') {
      await this.audit.record(
        'consent.refused',
        { accountId: account?.id, clientId: interaction.client.id },
        req,
      );
    }
    const reason =
      interaction.prompt === 'entry' ? 'the person may not use this application' : 'the person refused';
    res.redirect(303, await this.refuse(req, res, reason));
  }

  private to(res: Response, { uid }: Interaction, page: string): void {
    this.pages.redirect(res, `/interaction/${uid}/${page}`);
  }

  private async refuse(req: Request, res: Response, reason: string): Promise<string> {
    await this.attempts.forget(req.signIn!.attempt);
    return this.interactions.answer(req, res, { error: 'access_denied', error_description: reason });
  }
}
