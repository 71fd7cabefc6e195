import { Injectable } from '@nestjs/common';
import { Throttle } from '../attempts/throttle.service.js';
import { Audit } from '../audit/audit.service.js';
import { randomToken } from '../kernel/secrets.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import type { Account } from '../users/account.entity.js';
import { Accounts } from '../users/accounts.service.js';
import { USERNAME } from '../users/identifiers.js';
import { Passwords } from '../users/passwords.service.js';

export interface Outcome {
  readonly done: boolean;
  /** One line for the operator. */
  readonly message: string;
}

interface Command {
  readonly parameters: string[];
  readonly help: string;
  run(...args: string[]): Promise<Outcome>;
}

const done = (message: string): Outcome => ({ done: true, message });
const failed = (message: string): Outcome => ({ done: false, message });
const BY_SHELL = { detail: { by: 'shell' } };

/** What an operator can do for one account from the shell. Each act is audited. */
@Injectable()
export class AccountCommands {
  constructor(
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly secondFactors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly audit: Audit,
  ) {}

  readonly table: Record<string, Command> = {
    create: {
      parameters: ['user name', 'e-mail'],
      help: 'makes an account and prints its first password, once',
      run: (username, email) => this.create(username, email),
    },
    'reset-password': this.forAccount(
      'prints a new password, once; ends every session; a second factor stays',
      async (account) => {
        const password = randomToken(15);
        await this.passwords.change(account.id, password);
        await this.audit.record('password.changed', { accountId: account.id, ...BY_SHELL });
        return `${account.username} signs in with this password and changes it: ${password}`;
      },
    ),
    disable: this.forAccount(
      'no sign-in any more; ends every session and token',
      async ({ id, username }) => {
        await this.accounts.disable(id);
        await this.audit.record('account.disabled', { accountId: id, ...BY_SHELL });
        return `${username} is disabled; every session and token has ended`;
      },
    ),
    enable: this.forAccount('undoes disable', async ({ id, username }) => {
      await this.accounts.enable(id);
      await this.audit.record('account.enabled', { accountId: id, ...BY_SHELL });
      return `${username} can sign in again`;
    }),
    unlock: this.forAccount(
      'forgets failed attempts, also a hard stop after 100 of them',
      async ({ id, username }) => {
        await this.throttle.reset(id);
        await this.audit.record('throttle.cleared', { accountId: id, ...BY_SHELL });
        return `${username} can try again`;
      },
    ),
    'remove-second-factor': this.forAccount(
      'for someone who lost the authenticator and every backup code; make sure who asks',
      async (account) => {
        await this.secondFactors.turnOff(account);
        await this.audit.record('second-factor.removed', { accountId: account.id, ...BY_SHELL });
        return `${account.username} signs in with the password alone until a second factor is set up again`;
      },
    ),
  };

  private async create(username: string, email: string): Promise<Outcome> {
    if (!USERNAME.test(username))
      return failed(
        'a user name has 2 to 64 letters and digits; dots, dashes and underscores may stand in between',
      );
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return failed('that is no e-mail address');
    const password = randomToken(15);
    const account = await this.accounts.register({ username, email, password });
    if (account === 'taken')
      return failed('the user name or the e-mail address belongs to an account already');
    await this.audit.record('account.registered', { accountId: account.id, ...BY_SHELL });
    return done(`${username} signs in with this password and changes it: ${password}`);
  }

  private forAccount(help: string, act: (account: Account) => Promise<string>): Command {
    return {
      parameters: ['user name or e-mail'],
      help,
      run: async (identifier) => {
        const account = await this.accounts.findByIdentifier(identifier);
        return account
          ? done(await act(account))
          : failed(`there is no account ${JSON.stringify(identifier)}`);
      },
    };
  }
}
