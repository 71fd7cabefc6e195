import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { Throttle } from '../attempts/throttle.service.js';
import { Audit } from '../audit/audit.service.js';
import { Clock, SECOND } from '../kernel/clock.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { Interactions, type Interaction } from '../oidc/interactions.service.js';
import type { Account } from '../users/account.entity.js';
import { Accounts } from '../users/accounts.service.js';
import { AttemptStore, type Attempt } from './attempt.store.js';
import { nextStep, type SignInAccount, type Step } from './next-step.js';

/** Everything a step's page needs to know. */
export interface SignInState {
  readonly interaction: Interaction;
  readonly attempt: Attempt;
  /** The person whom the attempt's proofs, or the session, identify. */
  readonly account: Account | undefined;
  readonly step: Step;
}

/** Reads where an interaction stands, and finishes it. This is the only place that finishes a login. */
@Injectable()
export class SignIns {
  constructor(
    private readonly interactions: Interactions,
    private readonly attempts: AttemptStore,
    private readonly accounts: Accounts,
    private readonly secondFactors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async state(req: Request, res: Response): Promise<SignInState> {
    const interaction = await this.interactions.of(req, res);
    const attempt = await this.attempts.of(req, interaction);
    const account = attempt.accountId
      ? ((await this.accounts.find(attempt.accountId)) ?? undefined)
      : undefined;
    const { level, freshSince, startedAt } = interaction;
    const facts = account && (await this.facts(account));
    const demand = { level, freshSince, startedAt, provenHere: attempt.version > 0 };
    const step = nextStep(facts, attempt.proofs, demand, this.clock.now().getTime());
    return { interaction, attempt, account, step };
  }

  /**
   * Hands a finished sign-in to the provider, once: of parallel calls the one that removes the attempt goes on.
   * @returns where the browser goes, or undefined when there is something to ask after all
   */
  async finish(req: Request, res: Response): Promise<string | undefined> {
    const { interaction, attempt, account, step } = await this.state(req, res);
    if (step.kind !== 'done' || !account) return undefined;
    if (!(await this.attempts.close(attempt))) return undefined;

    if (interaction.wantedSubject !== undefined && interaction.wantedSubject !== account.id) {
      // OpenID Connect Core, section 3.1.2.2: no answer about anybody else.
      return this.interactions.answer(req, res, {
        error: 'login_required',
        error_description: 'another person signed in',
      });
    }
    await this.interactions.leaveOtherSession(req, res, interaction, account.id);
    await this.throttle.cleared(account.id);
    await this.knownBrowsers.remember(req, res, account.id);
    await this.audit.record(
      'sign-in.completed',
      { accountId: account.id, clientId: interaction.client.id, detail: { acr: step.acr, amr: step.amr } },
      req,
    );
    const { acr, amr, authenticatedAt } = step;
    const next = await this.interactions.answer(req, res, {
      // `remember: false` makes the cookie end with the browser; how long the session lives is decided here, not there.
      login: { accountId: account.id, acr, amr, ts: Math.floor(authenticatedAt / SECOND), remember: false },
    });
    // A password or factor changed in this very moment has ended what it found; this answer was written after that.
    if (await this.accounts.changedSince(account)) await interaction.original.destroy();
    return next;
  }

  private async facts(account: Account): Promise<SignInAccount> {
    const { totp, backupCodesLeft, backupCodesConfirmed } = await this.secondFactors.enrolled(account.id);
    return {
      id: account.id,
      disabled: account.disabledAt != null,
      enrolled: { totpSince: totp?.since.getTime(), backupCodesLeft, backupCodesConfirmed },
    };
  }
}
