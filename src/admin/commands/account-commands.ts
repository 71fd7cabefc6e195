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
import { usage, type Outcome } from './outcome.js';
import { reasoned } from './reason.js';
import { whyNot } from './why-not.js';

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
    if (command === 'recoveries') return this.recoveries();
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
    const { account, password } = created;
    return firstPassword(account.username, password);
  }

  private async act(
    command: Exclude<AccountCommand, 'create' | 'recoveries'>,
    account: Account,
    argument: string | undefined,
    reason: string | undefined,
  ): Promise<Outcome> {
    const { username } = account;
    const say = <More>(acted: Acted<More>, message: (acted: More) => string | Outcome): Outcome => {
      if (acted.kind === 'refused') return { done: false, message: whyNot(acted, username) };
      const told = message(acted);
      return typeof told === 'string' ? { done: true, message: told } : told;
    };
    const link = ({ url, expiresAt }: PrintedLink): Outcome => ({
      done: true,
      message: `for ${username} alone, once, until ${expiresAt.toISOString()}:\n${url}`,
      facts: { username, url, expiresAt },
    });
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
      case 'sign-out':
        return say(await this.actions.signOut(SHELL, account, reason), ({ receiptId }) =>
          receiptId === undefined
            ? `${username} was signed in nowhere`
            : `${username} is signed out everywhere; applications are told`,
        );
      case 'delete':
        return say(await this.actions.requestDeletion(SHELL, account, reason), ({ dueAt }) => ({
          done: true,
          message: `${username} is disabled, and gone with everything ${dueAt.toISOString()}; until then: keep ${username}`,
          facts: { username, dueAt },
        }));
      case 'keep':
        return say(
          await this.actions.keep(SHELL, account, reason),
          () =>
            `${username} is not deleted${account.disabledAt ? `, and stays disabled: enable ${username}` : ''}`,
        );
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

  private async recoveries(): Promise<Outcome> {
    const open = await this.recovery.all();
    const recoveries = await Promise.all(
      open.map(async ({ accountId, requestedAt, effectiveAt }) => {
        const account = await this.accounts.find(accountId);
        const { username = accountId, email = '' } = account ?? {};
        return { username, email, requestedAt, effectiveAt: effectiveAt ?? null };
      }),
    );
    const lines = recoveries.map(({ username, email, requestedAt, effectiveAt }) => {
      const when = effectiveAt ? `takes effect ${effectiveAt.toISOString()}` : 'waits for confirm-recovery';
      return `${username}\t${email}\tasked ${requestedAt.toISOString()}\t${when}`;
    });
    return { done: true, message: lines.join('\n') || 'nobody asks for a recovery', facts: { recoveries } };
  }
}

function firstPassword(username: string, password: string): Outcome {
  return {
    done: true,
    message: `${username} signs in with this password and changes it: ${password}`,
    facts: { username, password },
  };
}
