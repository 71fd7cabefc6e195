import { Injectable } from '@nestjs/common';
import { readForm } from '../../http/form.js';
import { Languages } from '../../http/language.js';
import { Recovery } from '../../mfa/recovery.service.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { EmailForm } from '../../users/email-change.service.js';
import type { PrintedLink } from '../../users/invitations.js';
import { RegistrationForm } from '../../users/registration.service.js';
import { SHELL } from '../actor.js';
import type { Acted } from '../users/acted.js';
import { UserActions } from '../users/user-actions.js';
import { UserHelp } from '../users/user-help.js';
import { takesReason, type AccountCommand } from './account-commands.list.js';
import { reasoned } from './reason.js';
import { whyNot } from './why-not.js';

const EXIT_USAGE = 64;

export interface Outcome {
  readonly done: boolean;
  /** Where scripts tell more than done (0) and not done (1) apart. */
  readonly exitCode?: number;
  /** For the operator. */
  readonly message: string;
  /** What is printed instead where it may be too much for the memory. */
  readonly lines?: AsyncIterable<string>;
}

/** What an operator can do for one account from the shell. Each act is audited. */
@Injectable()
export class AccountCommands {
  constructor(
    private readonly accounts: Accounts,
    private readonly actions: UserActions,
    private readonly help: UserHelp,
    private readonly recovery: Recovery,
    private readonly languages: Languages,
  ) {}

  async run(command: AccountCommand, args: string[]): Promise<Outcome> {
    if (command === 'create') return this.create(args[0]!, args[1]!);
    if (command === 'recoveries') return { done: true, message: await this.recoveries() };
    const read = takesReason(command) ? reasoned(args) : { words: args, reason: undefined };
    if ('mistake' in read) return usage(read.mistake);
    const [who, argument] = read.words;
    if (who === undefined) return usage('say whose account: a user name or an e-mail address');
    const account = await this.accounts.findByIdentifier(who);
    if (!account) return { done: false, message: `there is no account ${JSON.stringify(who)}` };
    return this.act(command, account, argument, read.reason);
  }

  /** The same rules as on the page, and a password that nobody chose. */
  private async create(username: string, email: string): Promise<Outcome> {
    const submitted = readForm(RegistrationForm, { username, email, password: 'is made' });
    if (!submitted.valid) {
      return {
        done: false,
        message: Object.values(submitted.errors)
          .map((message) => this.languages.text('en', message))
          .join('\n'),
      };
    }
    const created = await this.actions.create(SHELL, submitted.form);
    if (created.kind === 'refused') return { done: false, message: whyNot(created, username) };
    return { done: true, message: firstPassword(created.account.username, created.password) };
  }

  private async act(
    command: Exclude<AccountCommand, 'create' | 'recoveries'>,
    account: Account,
    argument: string | undefined,
    reason: string | undefined,
  ): Promise<Outcome> {
    const { username } = account;
    const say = <More>(acted: Acted<More>, message: (acted: More) => string): Outcome =>
      acted.kind === 'refused'
        ? { done: false, message: whyNot(acted, username) }
        : { done: true, message: message(acted) };
    const link = ({ url, expiresAt }: PrintedLink) =>
      `for ${username} alone, once, until ${expiresAt.toISOString()}:\n${url}`;
    switch (command) {
      case 'reset-password':
        return say(await this.help.resetPassword(SHELL, account, reason), ({ password }) =>
          firstPassword(username, password),
        );
      case 'disable':
        return say(
          await this.actions.disable(SHELL, account, reason),
          () => `${username} is disabled; every session and token has ended`,
        );
      case 'enable':
        return say(await this.actions.enable(SHELL, account, reason), () => `${username} can sign in again`);
      case 'unlock':
        return say(await this.help.clearThrottle(SHELL, account, reason), () => `${username} can try again`);
      case 'password-link':
        return say(await this.help.passwordLink(SHELL, account), link);
      case 'sign-in-link':
        return say(await this.help.signInLink(SHELL, account), link);
      case 'verification-link':
        return say(await this.help.verificationLink(SHELL, account), link);
      case 'email-link':
        return this.emailLink(account, argument!, (acted) => say(acted, link));
      case 'confirm-recovery':
        return say(
          await this.help.confirmRecovery(SHELL, account, reason),
          () =>
            `${username} signs in with the password, and is then offered to go on without a second factor`,
        );
      case 'refuse-recovery':
        return say(
          await this.help.refuseRecovery(SHELL, account, reason),
          () => `${username} needs a second factor as before`,
        );
      case 'remove-second-factor':
        return say(await this.help.removeEveryFactor(SHELL, account, reason), ({ hasPassword }) =>
          hasPassword
            ? `${username} signs in with the password alone until a second factor is set up again`
            : `${username} has no way in now: print a link to a new password with password-link`,
        );
    }
  }

  /** The page's own check of an address. */
  private async emailLink(
    account: Account,
    email: string,
    say: (acted: Acted<PrintedLink>) => Outcome,
  ): Promise<Outcome> {
    const submitted = readForm(EmailForm, { email });
    if (!submitted.valid)
      return { done: false, message: this.languages.text('en', submitted.errors['email']!) };
    const owner = await this.accounts.findByIdentifier(submitted.form.email);
    if (owner)
      return { done: false, message: `${submitted.form.email} is the address of ${owner.username} already` };
    return say(await this.help.emailLink(SHELL, account, submitted.form.email));
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

function usage(message: string): Outcome {
  return { done: false, exitCode: EXIT_USAGE, message };
}

function firstPassword(username: string, password: string): string {
  return `${username} signs in with this password and changes it: ${password}`;
}
