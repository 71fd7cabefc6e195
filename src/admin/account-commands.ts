import { Injectable } from '@nestjs/common';
import { Throttle } from '../attempts/throttle.service.js';
import { Audit } from '../audit/audit.service.js';
import { readForm } from '../http/form.js';
import { Languages } from '../http/language.js';
import { randomToken } from '../kernel/secrets.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import type { Account } from '../users/account.entity.js';
import { Accounts } from '../users/accounts.service.js';
import { Passwords } from '../users/passwords.service.js';
import { RegistrationForm } from '../users/registration.service.js';
import type { AccountCommand } from './account-commands.list.js';

export interface Outcome {
  readonly done: boolean;
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
    private readonly languages: Languages,
    private readonly audit: Audit,
  ) {}

  async run(command: AccountCommand, args: string[]): Promise<Outcome> {
    if (command === 'create') return this.create(args[0]!, args[1]!);
    const account = await this.accounts.findByIdentifier(args[0]!);
    if (!account) return { done: false, message: `there is no account ${JSON.stringify(args[0])}` };
    return { done: true, message: await this.act(command, account) };
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

  private async act(command: Exclude<AccountCommand, 'create'>, account: Account): Promise<string> {
    const { id, username } = account;
    const facts = { accountId: id, ...BY_SHELL };
    switch (command) {
      case 'reset-password': {
        const password = randomToken(15);
        await this.passwords.change(id, password);
        await this.audit.record('password.changed', facts);
        return `${username} signs in with this password and changes it: ${password}`;
      }
      case 'disable':
        await this.accounts.disable(id);
        await this.audit.record('account.disabled', facts);
        return `${username} is disabled; every session and token has ended`;
      case 'enable':
        await this.accounts.enable(id);
        await this.audit.record('account.enabled', facts);
        return `${username} can sign in again`;
      case 'unlock':
        await this.throttle.reset(id);
        await this.audit.record('throttle.cleared', facts);
        return `${username} can try again`;
      case 'remove-second-factor':
        await this.secondFactors.turnOff(account);
        await this.audit.record('second-factor.removed', facts);
        return `${username} signs in with the password alone until a second factor is set up again`;
    }
  }
}
