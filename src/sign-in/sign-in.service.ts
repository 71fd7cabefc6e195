import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { Throttle } from '../attempts/throttle.service.js';
import { Audit } from '../audit/audit.service.js';
import { Sql } from '../database/sql.js';
import { Clock, SECOND } from '../kernel/clock.js';
import { Outbox } from '../mail/outbox.js';
import { levelOf, type Proof } from '../mfa/assurance.js';
import { hasSecondFactor, usablePasskeys } from '../mfa/enrolled.js';
import { Recovery } from '../mfa/recovery.service.js';
import { RememberedDevices } from '../mfa/remembered-devices.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { Interactions, type Interaction } from '../oidc/interactions.service.js';
import { RecordStore } from '../oidc/records/record.store.js';
import type { Account } from '../users/account.entity.js';
import { Accounts } from '../users/accounts.service.js';
import { AttemptClosed, AttemptStore, type Attempt } from './attempt.store.js';
import { nextStep, type SignInAccount, type Step } from './next-step.js';

/** Everything a step's page needs to know. */
export interface SignInState {
  readonly interaction: Interaction;
  readonly attempt: Attempt;
  /** The person whom the attempt's proofs, or the session, identify. */
  readonly account: Account | undefined;
  readonly step: Step;
}

const ANOTHER_PERSON = { error: 'login_required', error_description: 'another person signed in' };

type Done = Extract<Step, { kind: 'done' }>;

/** Reads where an interaction stands, and finishes it. This is the only place that finishes a login. */
@Injectable()
export class SignIns {
  constructor(
    private readonly interactions: Interactions,
    private readonly records: RecordStore,
    private readonly attempts: AttemptStore,
    private readonly accounts: Accounts,
    private readonly secondFactors: SecondFactors,
    private readonly devices: RememberedDevices,
    private readonly throttle: Throttle,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly recovery: Recovery,
    private readonly outbox: Outbox,
    private readonly sql: Sql,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async state(req: Request, res: Response): Promise<SignInState> {
    const interaction = await this.interactions.of(req, res);
    const attempt = await this.attempts.of(req, interaction);
    const account = attempt.accountId
      ? ((await this.accounts.find(attempt.accountId)) ?? undefined)
      : undefined;
    const facts = account && (await this.facts(account));
    const proofs = [...attempt.proofs, ...(account ? await this.remembered(req, account) : [])];
    const demand = { ...interaction, provenHere: attempt.version > 0 };
    const step = nextStep(facts, proofs, demand, this.clock.now().getTime());
    return { interaction, attempt, account, step };
  }

  /**
   * Hands a finished sign-in to the provider, once: of parallel calls the one that removes the attempt goes on.
   * @returns where the browser goes, or undefined when there is something to ask after all
   */
  async finish(req: Request, res: Response): Promise<string | undefined> {
    const { interaction, attempt, account, step } = await this.state(req, res);
    if (step.kind !== 'done' || !account) return undefined;
    if (interaction.isWanted(account.id))
      await this.interactions.leaveOtherSession(req, res, interaction, account.id);
    const cookies = res.getHeader('Set-Cookie');
    let next: string;
    try {
      next = await this.records.batch(async () => {
        await this.records.join((sql) => this.attempts.close(sql, attempt));
        // OpenID Connect Core, section 3.1.2.2: no answer about anybody else.
        if (!interaction.isWanted(account.id)) return this.interactions.answer(req, res, ANOTHER_PERSON);
        return this.sql.gather(
          () => this.conclude(req, res, { interaction, account, step }),
          (write) => this.records.join(write),
        );
      });
    } catch (error) {
      // Nothing of it is kept: a token that nobody knows must not take the place of the one that the other call has given.
      if (cookies === undefined) res.removeHeader('Set-Cookie');
      else res.setHeader('Set-Cookie', cookies);
      if (error instanceof AttemptClosed) return undefined;
      throw error;
    }
    // A password or factor changed in this very moment has ended what it found; this answer was written after that.
    if (await this.accounts.changedSince(account)) await interaction.original.destroy();
    return next;
  }

  /** What a sign-in leaves behind, and the answer that it is: one commit. */
  private async conclude(
    req: Request,
    res: Response,
    { interaction, account, step }: { interaction: Interaction; account: Account; step: Done },
  ): Promise<string> {
    await this.throttle.cleared(account.id);
    await this.noteOwner(req, res, account, step, interaction);
    const { acr, amr, authenticatedAt } = step;
    await this.audit.record(
      'sign-in.completed',
      { accountId: account.id, clientId: interaction.client.id, detail: { acr, amr } },
      req,
    );
    return this.interactions.answer(req, res, {
      // `remember: false` makes the cookie end with the browser; how long the session lives is decided here, not there.
      login: { accountId: account.id, acr, amr, ts: Math.floor(authenticatedAt / SECOND), remember: false },
    });
  }

  /** A sign-in tells who else should know of it. */
  private async noteOwner(
    req: Request,
    res: Response,
    { id, createdAt }: Account,
    { acr }: Done,
    { client, startedAt }: Interaction,
  ): Promise<void> {
    const browser = await this.knownBrowsers.remember(req, res, id);
    // Of the very first sign-in there is nothing to compare with. What is known of browsers does not say so: they are forgotten.
    if (browser === 'new' && (await this.audit.hasHappened('sign-in.completed', id, createdAt)))
      await this.records.join((sql) =>
        this.outbox.add(sql, 'new-browser', id, { client: client.name, since: startedAt }),
      );
    // Whoever has a second factor has not lost them all: somebody else asked for the recovery.
    if (levelOf(acr) === 2) await this.records.join((sql) => this.recovery.cancelWithin(sql, id));
    else await this.devices.used(req, id);
  }

  private async facts(account: Account): Promise<SignInAccount> {
    const enrolled = await this.secondFactors.enrolled(account.id);
    const { left, madeAt, confirmed } = enrolled.backupCodes;
    return {
      id: account.id,
      disabled: account.disabledAt != null,
      emailVerified: account.emailVerifiedAt != null,
      enrolled: {
        secondFactor: hasSecondFactor(enrolled),
        totp: enrolled.authenticators.length > 0,
        passkey: usablePasskeys(enrolled).length > 0,
        backupCodesLeft: left,
        backupCodesSince: madeAt?.getTime(),
        backupCodesConfirmed: confirmed,
      },
    };
  }

  private async remembered(req: Request, account: Account): Promise<Proof[]> {
    const since = await this.devices.since(req, account.id);
    return since === undefined ? [] : [{ factor: 'remembered-device', at: since }];
  }
}
