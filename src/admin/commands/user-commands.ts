import { Injectable } from '@nestjs/common';
import { Accounts } from '../../users/accounts.service.js';
import { UserFacts } from '../users/user-facts.js';
import { UserSearch, type ListedUser } from '../users/user-search.js';
import { asJson, type Outcome } from './outcome.js';
import type { UserCommand } from './user-commands.list.js';

const JSON_FLAG = '--json';
/** More would be a long wait: whoever wants everybody exports them. */
const MOST = 1000;
/** Of a list without an end. */
const AT_ONCE = 100;

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
    if (json) {
      // For a script all of them: a list that silently ends somewhere would be taken for whole.
      if (page.next) return { done: true, message: '', lines: this.everybody(term) };
      return { done: true, message: found.map((user) => JSON.stringify(user)).join('\n'), isJson: true };
    }
    while (page.next && found.length < MOST) {
      page = await this.search.page({ term, after: page.next });
      found.push(...page.users);
    }
    const lines = found.map(line);
    if (page.next) lines.push(`… and more: only the first ${found.length} are shown`);
    return { done: true, message: lines.join('\n') || 'nobody' };
  }

  private async *everybody(term: string): AsyncGenerator<string> {
    for (let after: string | undefined; ;) {
      const { users, next } = await this.search.page({ term, limit: AT_ONCE, ...(after ? { after } : {}) });
      yield users.map((user) => `${JSON.stringify(user)}\n`).join('');
      if (!next) return;
      after = next;
    }
  }

  private async show(who: string, json: boolean): Promise<Outcome> {
    const account = await this.accounts.findByIdentifier(who);
    if (!account) return { done: false, message: `there is no account ${JSON.stringify(who)}` };
    const facts = await this.facts.of(account);
    if (json) return { done: true, message: asJson(facts), isJson: true };
    const lines = Object.entries(facts).map(([name, value]) => `${name}\t${JSON.stringify(value)}`);
    return { done: true, message: lines.join('\n') };
  }
}

function line({ username, email, disabled, leaving, role }: ListedUser): string {
  const state = leaving ? 'about to be deleted' : disabled ? 'disabled' : 'active';
  return [username, email, state, ...(role ? [role] : [])].join('\t');
}
