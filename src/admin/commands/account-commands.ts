import { Injectable } from '@nestjs/common';
import { Throttle } from '../../attempts/throttle.service.js';
import { Audit } from '../../audit/audit.service.js';
import { readForm } from '../../http/form.js';
import { Languages } from '../../http/language.js';
import { randomToken } from '../../kernel/secrets.js';
import { Recovery } from '../../mfa/recovery.service.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { EmailForm } from '../../users/email-change.service.js';
import type { LinkPurpose } from '../../users/link-kinds.js';
import { OneTimeLinks } from '../../users/one-time-links.js';
import { Passwords } from '../../users/passwords.service.js';
import { RegistrationForm } from '../../users/registration.service.js';
import type { AccountCommand } from './account-commands.list.js';

export interface Outcome {
  readonly done: boolean;
  /** Where scripts tell more than done (0) and not done (1) apart. */
  readonly exitCode?: number;
  /** For the operator. */
  readonly message: string;
}

const BY_SHELL = { detail: { by: 'shell' } };

/** What an operator can do for one account from the shell. Each act is audited. */
@Injectable()
export class AccountCommands {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly secondFactors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly recovery: Recovery,
    private readonly links: OneTimeLinks,
    private readonly languages: Languages,
    private readonly audit: Audit,
  ) {}

  async run(command: AccountCommand, args: string[]): Promise<Outcome> {
    if (command === 'create') return this.create(args[0]!, args[1]!);
    if (command === 'recoveries') return { done: true, message: await this.recoveries() };
    const account = await this.accounts.findByIdentifier(args[0]!);
    if (!account) return { done: false, message: `there is no account ${JSON.stringify(args[0])}` };
    return this.act(command, account, args[1]);
  }

  /** The same rules as on the page, and a password that nobody chose. */
  private async create(username: string, email: string): Promise<Outcome> {
    const password = randomToken(15);
    const submitted = readForm(RegistrationForm, { username, email, password });
    if (!submitted.valid) {
      return {
        done: false,
        message: Object.values(submitted.errors)
          .map((message) => this.languages.text('en', message))
          .join('\n'),
      };
    }
    const account = await this.accounts.register(submitted.form);
    if (account === 'taken')
      return { done: false, message: 'the user name or the e-mail address belongs to an account already' };
    await this.audit.record('account.registered', { accountId: account.id, ...BY_SHELL });
    return {
      done: true,
      message: `${account.username} signs in with this password and changes it: ${password}`,
    };
  }

  private async act(
    command: Exclude<AccountCommand, 'create' | 'recoveries'>,
    account: Account,
    argument?: string,
  ): Promise<Outcome> {
    const { id, username } = account;
    const facts = { accountId: id, ...BY_SHELL };
    switch (command) {
      case 'reset-password': {
        const password = randomToken(15);
        if (!(await this.passwords.change(account, password))) return changedMeanwhile(username);
        await this.audit.record('password.changed', facts);
        return done(`${username} signs in with this password and changes it: ${password}`);
      }
      case 'disable':
        await this.accounts.disable(id);
        await this.audit.record('account.disabled', facts);
        return done(`${username} is disabled; every session and token has ended`);
      case 'enable':
        await this.accounts.enable(id);
        await this.audit.record('account.enabled', facts);
        return done(`${username} can sign in again`);
      case 'unlock':
        await this.throttle.reset(id);
        await this.audit.record('throttle.cleared', facts);
        return done(`${username} can try again`);
      case 'password-link':
        return this.link('reset-password', account, account.email);
      case 'sign-in-link':
        return this.link('sign-in', account, account.email);
      case 'verification-link':
        return this.link('verify-email', account, account.email);
      case 'email-link':
        return this.emailLink(account, argument!);
      case 'confirm-recovery':
        if (!(await this.recovery.confirm(id)))
          return { done: false, message: `${username} asks for no recovery` };
        await this.audit.record('recovery.confirmed', facts);
        return done(
          `${username} signs in with the password, and is then offered to go on without a second factor`,
        );
      case 'refuse-recovery':
        if (!(await this.recovery.cancel(id)))
          return { done: false, message: `${username} asks for no recovery` };
        await this.audit.record('recovery.cancelled', facts);
        return done(`${username} needs a second factor as before`);
      case 'remove-second-factor':
        if (!(await this.secondFactors.turnOff(account))) return changedMeanwhile(username);
        await this.audit.record('second-factor.removed', facts);
        if (account.passwordHash === null)
          return done(`${username} has no way in now: print a link to a new password with password-link`);
        return done(`${username} signs in with the password alone until a second factor is set up again`);
    }
  }

  /** The page's own check of an address. Whether it is still free is seen when the link is used. */
  private async emailLink(account: Account, email: string): Promise<Outcome> {
    const submitted = readForm(EmailForm, { email });
    if (!submitted.valid)
      return { done: false, message: this.languages.text('en', submitted.errors['email']!) };
    const owner = await this.accounts.findByIdentifier(submitted.form.email);
    if (owner)
      return { done: false, message: `${submitted.form.email} is the address of ${owner.username} already` };
    return this.link('confirm-new-email', account, submitted.form.email, { email: submitted.form.email });
  }

  private async link(
    purpose: LinkPurpose,
    { id, username, disabledAt }: Account,
    address: string,
    detail = {},
  ): Promise<Outcome> {
    // Its page would say that the link is too old, to somebody whom nobody told better.
    if (disabledAt)
      return { done: false, message: `${username} is disabled, and no link works: enable first` };
    const { url, expiresAt } = await this.links.make(purpose, id, address, detail);
    await this.audit.record('link.printed', { accountId: id, detail: { by: 'shell', purpose } });
    return done(`for ${username} alone, once, until ${expiresAt.toISOString()}:\n${url}`);
  }

  private async recoveries(): Promise<string> {
    const open = await this.recovery.all();
    const lines = open.map(async ({ accountId, requestedAt, effectiveAt }) => {
      const account = await this.accounts.find(accountId);
      const when = effectiveAt ? `takes effect ${effectiveAt.toISOString()}` : 'waits for confirm-recovery';
      return `${account?.username ?? accountId}\t${account?.email ?? ''}\tasked ${requestedAt.toISOString()}\t${when}`;
    });
    return open.length === 0 ? 'nobody asks for a recovery' : (await Promise.all(lines)).join('\n');
  }
}

function done(message: string): Outcome {
  return { done: true, message };
}

function changedMeanwhile(username: string): Outcome {
  return { done: false, message: `${username} was changed at this very moment: try again` };
}
