import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Config } from '../../config/config.js';
import { Declarations } from '../../clients/declarations.service.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { readAttribute } from '../../users/attributes.js';
import { GROUP_NAME, Groups, isBuiltInGroup } from '../../users/groups.service.js';
import { Operators, type Role } from '../../users/operators.service.js';
import { SetUpLinks } from '../../users/set-up-links.js';
import { PersonFacts } from '../../users/person-facts.service.js';
import type { Outcome } from './account-commands.js';
import { ClaimsReport } from './claims-report.js';
import type { GroupCommand } from './group-commands.list.js';

const done = (message: string): Outcome => ({ done: true, message });
const not = (message: string): Outcome => ({ done: false, message });

/** What an operator does from the shell for groups and attributes. Each change is audited. */
@Injectable()
export class GroupCommands {
  constructor(
    private readonly config: Config,
    private readonly accounts: Accounts,
    private readonly groups: Groups,
    private readonly operators: Operators,
    private readonly setUpLinks: SetUpLinks,
    private readonly facts: PersonFacts,
    private readonly declarations: Declarations,
    private readonly report: ClaimsReport,
    private readonly audit: Audit,
  ) {}

  async run(command: GroupCommand, args: string[]): Promise<Outcome> {
    const [first = '', second = '', third = ''] = args;
    switch (command) {
      case 'groups':
        return this.list();
      case 'operators':
        return this.listOperators();
      case 'group-members':
        return this.members(first, `nobody is in ${first}`);
      case 'group-create':
        return this.create(first);
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
    return done(lines.length === 0 ? 'there are no groups' : lines.join('\n'));
  }

  private async members(group: string, none: string): Promise<Outcome> {
    const members = await this.groups.members(group);
    const lines = members.map(({ username, email }) => `${username}\t${email}`);
    return done(lines.length === 0 ? none : lines.join('\n'));
  }

  private async create(name: string): Promise<Outcome> {
    if (!GROUP_NAME.test(name)) return not('a group is called by 1 to 64 letters, digits and . _ : / -');
    if (isBuiltInGroup(name)) return not('groups that start with "gatehouse-" are the built-in ones');
    return (await this.groups.create(name))
      ? done(`${name} is made`)
      : not(`there is a group ${name} already`);
  }

  private async delete(name: string): Promise<Outcome> {
    if (isBuiltInGroup(name)) return not('groups that start with "gatehouse-" are the built-in ones');
    if (await this.declarations.has('groups', name))
      return not(`the clients file declares ${name}: take it out there first`);
    const members = await this.groups.delete(name);
    return members === undefined
      ? not(`there is no group ${name}`)
      : done(`${name} is gone; ${members} were in it`);
  }

  private async add({ id, username }: Account, group: string): Promise<Outcome> {
    if (isBuiltInGroup(group)) return not('operator-add and help-desk-add let somebody in there');
    const outcome = await this.groups.add(id, group);
    if (outcome === 'no-group') return not(`there is no group ${group}; group-create makes it`);
    if (outcome === 'added')
      await this.audit.record('group.joined', { accountId: id, detail: { by: 'shell', group } });
    return done(`${username} is in ${group}`);
  }

  private async remove({ id, username }: Account, group: string): Promise<Outcome> {
    if (isBuiltInGroup(group)) return not('operator-remove and help-desk-remove end it');
    if (!(await this.groups.remove(id, group))) return not(`${username} was not in ${group}`);
    await this.audit.record('group.left', { accountId: id, detail: { by: 'shell', group } });
    return done(`${username} is not in ${group} any more`);
  }

  private async listOperators(): Promise<Outcome> {
    const lines = (await this.operators.all()).map(
      ({ username, email, role }) => `${username}\t${email}\t${role}`,
    );
    return done(lines.length === 0 ? 'there is no operator; operator-add makes one' : lines.join('\n'));
  }

  private async makeOperator({ id, username }: Account): Promise<Outcome> {
    await this.setRole(id, 'operator');
    await this.setUpLinks.end();
    return done(`${username} is an operator: ${this.config.url('/admin')}, signed in with two factors`);
  }

  private async makeHelpDesk({ id, username }: Account): Promise<Outcome> {
    await this.setRole(id, 'help-desk');
    return done(`${username} helps people: ${this.config.url('/admin')}, signed in with two factors`);
  }

  private async endRole({ id, username }: Account, role: Role): Promise<Outcome> {
    const known = role === 'operator' ? 'operator' : 'member of the help desk';
    if ((await this.operators.roleOf(id)) !== role) return not(`${username} was no ${known}`);
    await this.setRole(id, undefined);
    return done(`${username} is no ${known} any more`);
  }

  /** The shell may end the last operator: it can make another one. */
  private async setRole(accountId: string, role: Role | undefined): Promise<void> {
    const set = await this.operators.setRole(accountId, role, { evenTheLast: true });
    if (set === 'last-operator' || set.before === role) return;
    const detail = { by: 'shell', before: set.before ?? null, after: role ?? null };
    await this.audit.record(role ? 'operator.made' : 'operator.ended', { accountId, detail });
  }

  private attributes({ username, attributes }: Account): Outcome {
    const lines = Object.entries(attributes ?? {}).map(
      ([name, value]) => `${name}\t${JSON.stringify(value)}`,
    );
    return done(lines.length === 0 ? `nothing is set for ${username}` : lines.join('\n'));
  }

  private async set({ id, username }: Account, name: string, typed: string): Promise<Outcome> {
    const read = readAttribute(name, typed);
    if ('mistake' in read) return not(read.mistake);
    await this.facts.setAttribute(id, name, read.value);
    await this.audit.record('attribute.changed', { accountId: id, detail: { by: 'shell', attribute: name } });
    return done(`${name} of ${username} is ${JSON.stringify(read.value)}`);
  }

  private async unset({ id, username }: Account, name: string): Promise<Outcome> {
    if (!(await this.facts.unsetAttribute(id, name))) return not(`${name} was not set for ${username}`);
    await this.audit.record('attribute.changed', { accountId: id, detail: { by: 'shell', attribute: name } });
    return done(`${name} of ${username} is set no more`);
  }
}
