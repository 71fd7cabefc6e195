import { Injectable } from '@nestjs/common';
import { Accounts } from '../../users/accounts.service.js';
import { UserFacts } from '../users/user-facts.js';
import { UserSearch, type ListedUser } from '../users/user-search.js';
import type { Outcome } from './account-commands.js';
import type { UserCommand } from './user-commands.list.js';

const JSON_FLAG = '--json';
/** More would be a long wait: whoever wants everybody exports them. */
const MOST = 1000;

/** Looking for people from the shell: the list and the page that operators have. */
@Injectable()
export class UserCommands {
  constructor(
    private readonly accounts: Accounts,
    private readonly search: UserSearch,
    private readonly facts: UserFacts,
  ) {}

  async run(command: UserCommand, args: string[]): Promise<Outcome> {
    const json = args.includes(JSON_FLAG);
    const [typed = ''] = args.filter((arg) => arg !== JSON_FLAG);
    return command === 'users' ? this.list(typed, json) : this.show(typed, json);
  }

  private async list(term: string, json: boolean): Promise<Outcome> {
    const found: ListedUser[] = [];
    let page = await this.search.page({ term });
    found.push(...page.users);
    while (page.next && found.length < MOST) {
      page = await this.search.page({ term, after: page.next });
      found.push(...page.users);
    }
    const lines = found.map((user) => (json ? JSON.stringify(user) : line(user)));
    if (page.next && !json) lines.push(`… and more: only the first ${found.length} are shown`);
    return { done: true, message: lines.length === 0 && !json ? 'nobody' : lines.join('\n') };
  }

  private async show(who: string, json: boolean): Promise<Outcome> {
    const account = await this.accounts.findByIdentifier(who);
    if (!account) return { done: false, message: `there is no account ${JSON.stringify(who)}` };
    const facts = await this.facts.of(account);
    if (json) return { done: true, message: JSON.stringify(facts) };
    const lines = Object.entries(facts).map(([name, value]) => `${name}\t${JSON.stringify(value)}`);
    return { done: true, message: lines.join('\n') };
  }
}

function line({ username, email, disabled, leaving, role }: ListedUser): string {
  const state = leaving ? 'about to be deleted' : disabled ? 'disabled' : 'active';
  return [username, email, state, ...(role ? [role] : [])].join('\t');
}
