import { Injectable } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsEmail, IsString, Matches, MaxLength } from '../http/rules.js';
import type { Request } from 'express';
import { Throttle, type Admission } from '../attempts/throttle.service.js';
import { tooOften } from '../attempts/too-often.js';
import { Audit } from '../audit/audit.service.js';
import { Config } from '../config/config.js';
import { Sql, type SqlRunner } from '../database/sql.js';
import { shownAgain, type Submitted } from '../http/form.js';
import { Languages } from '../http/language.js';
import type { PageData } from '../http/pages.js';
import { linkGone, registrationClosed } from '../kernel/errors.js';
import { sha256 } from '../kernel/secrets.js';
import { Outbox } from '../mail/outbox.js';
import { Accounts } from './accounts.service.js';
import { EMAIL, tidied, USERNAME } from './identifiers.js';
import { Invitations, type Invitation } from './invitations.js';
import { MailQuota } from './mail-quota.js';
import { PasswordPolicy } from './password-policy.js';

/** Whom an account is for; the pages of operators ask for nothing else. */
export class NewUserForm {
  @Transform(tidied)
  @Matches(USERNAME, { message: 'form.username' })
  @IsString({ message: 'form.username' })
  username!: string;

  @Transform(tidied)
  @MaxLength(254, { message: 'form.email' })
  @IsEmail(EMAIL, { message: 'form.email' })
  email!: string;
}

export class RegistrationForm extends NewUserForm {
  @IsString({ message: 'form.password' })
  password!: string;
}

/**
 * Making an account of one's own. It signs nobody in, and its answer does not depend on whether the name or address was
 * free: a sign-in afterwards is what tells, and only the person who knows the password. Who was invited is told: an operator
 * vouches for them, and they would have used their invitation for nothing.
 */
@Injectable()
export class Registration {
  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly policy: PasswordPolicy,
    private readonly invitations: Invitations,
    private readonly quota: MailQuota,
    private readonly throttle: Throttle,
    private readonly outbox: Outbox,
    private readonly sql: Sql,
    private readonly languages: Languages,
    private readonly audit: Audit,
  ) {}

  /** Whether a letter goes to the address of a new account. */
  get mailed(): boolean {
    return this.outbox.isOpen;
  }

  /** What the page shows. @throws registrationClosed where the operator makes the accounts, and has not invited this browser */
  async pageData(req: Request): Promise<PageData> {
    await this.admitted(req);
    return { minLength: this.policy.minLength };
  }

  /** Whether this browser may register, which is worth a link. */
  async isPossible(req: Request): Promise<boolean> {
    return this.config.registrationOpen || (await this.isInvited(req));
  }

  async isInvited(req: Request): Promise<boolean> {
    return (await this.invitations.of(req)) !== undefined;
  }

  /**
   * @returns undefined when the form was taken, or what to show with the form again
   * @throws registrationClosed
   */
  async submit(submitted: Submitted<RegistrationForm>, req: Request): Promise<PageData | undefined> {
    const invitation = await this.admitted(req);
    if (!submitted.valid) return { values: submitted.values, errors: submitted.errors };
    const { form } = submitted;
    const refusal = await this.policy.refusal(form.password, form);
    if (refusal) return { values: shownAgain(form), errors: { password: refusal } };

    const admission = invitation && (await this.admitInvited(invitation));
    if (admission?.admitted === false)
      return { values: shownAgain(form), errors: { form: tooOften(req.res!, admission) } };

    const mailed = this.outbox.isOpen && (await this.quota.admit(form.email)).admitted;
    const outcome = await this.accounts.register(form, mailed, this.spending(invitation));
    if (outcome === 'taken') {
      if (mailed && !invitation) await this.tellByMail(form, this.languages.of(req));
      await this.audit.record(
        'account.registration-refused',
        { result: 'failure', detail: { reason: 'taken' } },
        req,
      );
      if (invitation) return { values: shownAgain(form), errors: { username: 'form.taken' } };
    } else {
      const detail = invitation && { detail: { invitation: invitation.kind } };
      await this.audit.record('account.registered', { accountId: outcome.id, ...detail }, req);
    }
    return undefined;
  }

  /** The page must not say it, but whoever reads the address's mail may know: that they have an account, or that the name is taken. */
  private async tellByMail({ email, username }: RegistrationForm, locale: string): Promise<void> {
    const owner = await this.accounts.findByIdentifier(email);
    if (owner) await this.outbox.add(this.sql, 'already-registered', owner.id, {});
    else await this.outbox.add(this.sql, 'username-taken', null, { email, username, locale });
  }

  /** @returns the invitation that lets this browser in; undefined: the door is open */
  private async admitted(req: Request): Promise<Invitation | undefined> {
    const invitation = await this.invitations.of(req);
    if (!invitation && !this.config.registrationOpen) throw registrationClosed();
    return invitation;
  }

  /** It is no list of who has an account: a few names are tried with it, and no more. */
  private admitInvited({ token }: Invitation): Promise<Admission> {
    return this.throttle.admit('invitation', { subject: sha256(token), isAccount: true, browserTokens: [] });
  }

  /** A person's invitation is for one account. The set-up link is used up later, by who has a second factor. */
  private spending(invitation: Invitation | undefined) {
    if (invitation?.kind !== 'person') return undefined;
    return async (sql: SqlRunner) => {
      if (!(await this.invitations.spend(sql, invitation.token))) throw linkGone();
    };
  }
}
