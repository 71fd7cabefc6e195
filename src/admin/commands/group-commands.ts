import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { readAttribute } from '../../users/attributes.js';
import { Groups, isBuiltInGroup } from '../../users/groups.service.js';
import { Operators, type Role } from '../../users/operators.service.js';
import { SHELL } from '../actor.js';
import { ManagedGroups, type GroupRefusal } from '../groups/managed-groups.service.js';
import { UserMemberships } from '../users/user-memberships.js';
import type { Outcome } from './outcome.js';
import { ClaimsReport } from './claims-report.js';
import type { GroupCommand } from './group-commands.list.js';

const done = (message: string, facts?: Outcome['facts']): Outcome => ({
  done: true,
  message,
  ...(facts ? { facts } : {}),
});
const not = (message: string): Outcome => ({ done: false, message });

const REFUSALS: Record<GroupRefusal, (name: string) => string> = {
  'not-a-name': () => 'a group is called by 1 to 64 letters, digits and . _ : / -',
  'built-in': () => 'groups that start with "gatehouse-" are the built-in ones',
  taken: (name) => `there is a group ${name} already`,
  'no-group': (name) => `there is no group ${name}`,
  declared: (name) => `the clients file declares ${name}: take it out there first`,
  'not-as-seen': (name) => `${name} was changed meanwhile`,
};

/** What an operator does from the shell for groups and attributes. Each change is audited. */
@Injectable()
export class GroupCommands {
  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly groups: Groups,
    private readonly operators: Operators,
    private readonly memberships: UserMemberships,
    private readonly managed: ManagedGroups,
    private readonly report: ClaimsReport,
  ) {}

  async run(command: GroupCommand, args: string[]): Promise<Outcome> {
    const [first = '', second = '', third = ''] = args;
    switch (command) {
      case 'groups':
        return this.list();
      case 'operators':
        return this.listOperators();
      case 'group-members':
        return this.members(first);
      case 'group-create':
        return this.create(first);
      case 'group-describe':
        return this.describe(first, second);
      case 'group-delete':
        return this.delete(first);
      case 'claims':
        return this.for(second, async (account) => this.report.of(first, account));
      case 'attributes':
        return this.for(first, (account) => this.attributes(account));
      case 'set-attribute':
        return this.for(first, (account) => this.set(account, second, third));
      case 'unset-attribute':
        return this.for(first, (account) => this.unset(account, second));
      case 'operator-add':
        return this.for(first, (account) => this.makeOperator(account));
      case 'operator-remove':
        return this.for(first, (account) => this.endRole(account, 'operator'));
      case 'help-desk-add':
        return this.for(first, (account) => this.makeHelpDesk(account));
      case 'help-desk-remove':
        return this.for(first, (account) => this.endRole(account, 'help-desk'));
      case 'group-add':
        return this.for(first, (account) => this.add(account, second));
      case 'group-remove':
        return this.for(first, (account) => this.remove(account, second));
    }
  }

  private async for(who: string, act: (account: Account) => Promise<Outcome> | Outcome): Promise<Outcome> {
    const account = await this.accounts.findByIdentifier(who);
    return account ? act(account) : not(`there is no account ${JSON.stringify(who)}`);
  }

  private async list(): Promise<Outcome> {
    const groups = (await this.groups.all()).filter(({ name }) => !isBuiltInGroup(name));
    const lines = groups.map(({ name, description, members }) => `${name}\t${members}\t${description ?? ''}`);
    return done(lines.join('\n') || 'there are no groups', { groups });
  }

  private async members(group: string): Promise<Outcome> {
    const members = await this.groups.members(group);
    if (members.length === 0 && !(await this.groups.one(group))) return not(REFUSALS['no-group'](group));
    const lines = members.map(({ username, email }) => `${username}\t${email}`);
    return done(lines.join('\n') || `nobody is in ${group}`, { group, members });
  }

  private async create(name: string): Promise<Outcome> {
    const { kind } = await this.managed.create(SHELL, name);
    return kind === 'done' ? done(`${name} is made`) : not(REFUSALS[kind](name));
  }

  private async describe(name: string, description: string): Promise<Outcome> {
    if (description.length > 200) return not('a description has at most 200 characters');
    const { kind } = await this.managed.describe(SHELL, name, description || null);
    return kind === 'done' ? done(`${name} is described`) : not(REFUSALS[kind](name));
  }

  private async delete(name: string): Promise<Outcome> {
    const outcome = await this.managed.delete(SHELL, name);
    return outcome.kind === 'done'
      ? done(`${name} is gone; ${outcome.members} were in it`)
      : not(REFUSALS[outcome.kind](name));
  }

  private async add(account: Account, group: string): Promise<Outcome> {
    if (isBuiltInGroup(group)) return not('operator-add and help-desk-add let somebody in there');
    const acted = await this.memberships.addToGroup(SHELL, account, group);
    return acted.kind === 'done'
      ? done(`${account.username} is in ${group}`)
      : not(`there is no group ${group}; group-create makes it`);
  }

  private async remove(account: Account, group: string): Promise<Outcome> {
    if (isBuiltInGroup(group)) return not('operator-remove and help-desk-remove end it');
    const acted = await this.memberships.removeFromGroup(SHELL, account, group);
    return acted.kind === 'done'
      ? done(`${account.username} is not in ${group} any more`)
      : not(`${account.username} was not in ${group}`);
  }

  private async listOperators(): Promise<Outcome> {
    const operators = await this.operators.all();
    const lines = operators.map(({ username, email, role }) => `${username}\t${email}\t${role}`);
    return done(lines.join('\n') || 'there is no operator; operator-add makes one', { operators });
  }

  private async makeOperator(account: Account): Promise<Outcome> {
    await this.memberships.setRole(SHELL, account, 'operator');
    return done(
      `${account.username} is an operator: ${this.config.url('/admin')}, signed in with two factors`,
    );
  }

  private async makeHelpDesk(account: Account): Promise<Outcome> {
    await this.memberships.setRole(SHELL, account, 'help-desk');
    return done(`${account.username} helps people: ${this.config.url('/admin')}, signed in with two factors`);
  }

  private async endRole(account: Account, role: Role): Promise<Outcome> {
    const known = role === 'operator' ? 'operator' : 'member of the help desk';
    if ((await this.operators.roleOf(account.id)) !== role) return not(`${account.username} was no ${known}`);
    await this.memberships.setRole(SHELL, account, undefined);
    return done(`${account.username} is no ${known} any more`);
  }

  private attributes({ username, attributes }: Account): Outcome {
    const lines = Object.entries(attributes ?? {}).map(
      ([name, value]) => `${name}\t${JSON.stringify(value)}`,
    );
    return done(lines.join('\n') || `nothing is set for ${username}`, {
      username,
      attributes: attributes ?? {},
    });
  }

  private async set(account: Account, name: string, typed: string): Promise<Outcome> {
    const read = readAttribute(name, typed);
    if ('mistake' in read) return not(read.mistake);
    await this.memberships.setAttribute(SHELL, account, name, read.value);
    return done(`${name} of ${account.username} is ${JSON.stringify(read.value)}`);
  }

  private async unset(account: Account, name: string): Promise<Outcome> {
    const acted = await this.memberships.unsetAttribute(SHELL, account, name);
    return acted.kind === 'done'
      ? done(`${name} of ${account.username} is set no more`)
      : not(`${name} was not set for ${account.username}`);
  }
}
