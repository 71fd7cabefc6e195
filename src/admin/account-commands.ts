import { Injectable } from '@nestjs/common';
import { Throttle } from '../attempts/throttle.service.js';
import { Audit } from '../audit/audit.service.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { Accounts } from '../users/accounts.service.js';
import type { Account } from '../users/account.entity.js';

/** What an operator can do for one account from the shell. Each act is audited. */
@Injectable()
export class AccountCommands {
  constructor(
    private readonly accounts: Accounts,
    private readonly secondFactors: SecondFactors,
    private readonly throttle: Throttle,
    private readonly audit: Audit,
  ) {}

  /** Name, what it says in the help, and what it does; the result is a line for the operator. */
  readonly table: Record<string, { help: string; run: (account: Account) => Promise<string> }> = {
    disable: {
      help: 'no sign-in any more; ends every session and token',
      run: async ({ id, username }) => {
        await this.accounts.disable(id);
        await this.audit.record('account.disabled', { accountId: id, detail: { by: 'shell' } });
        return `${username} is disabled; every session and token has ended`;
      },
    },
    enable: {
      help: 'undoes disable',
      run: async ({ id, username }) => {
        await this.accounts.enable(id);
        await this.audit.record('account.enabled', { accountId: id, detail: { by: 'shell' } });
        return `${username} can sign in again`;
      },
    },
    unlock: {
      help: 'forgets failed attempts, also a hard stop after 100 of them',
      run: async ({ id, username }) => {
        await this.throttle.reset(id);
        await this.audit.record('throttle.cleared', { accountId: id, detail: { by: 'shell' } });
        return `${username} can try again`;
      },
    },
    'remove-second-factor': {
      help: 'for someone who lost the authenticator and every backup code; make sure who asks',
      run: async (account) => {
        await this.secondFactors.turnOff(account);
        await this.audit.record('second-factor.removed', { accountId: account.id, detail: { by: 'shell' } });
        return `${account.username} signs in with the password alone until a second factor is set up again`;
      },
    },
  };

  /** @returns the line to print, or undefined when there is no such account */
  async run(command: string, identifier: string): Promise<string | undefined> {
    const account = await this.accounts.findByIdentifier(identifier);
    return account ? this.table[command]!.run(account) : undefined;
  }
}
