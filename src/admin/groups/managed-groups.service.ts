import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Declarations } from '../../clients/declarations.service.js';
import { GROUP_NAME, Groups, isBuiltInGroup } from '../../users/groups.service.js';
import type { Actor } from '../actor.js';

export type GroupRefusal =
  | 'not-a-name'
  /** Its members are operators or help people: those have pages of their own. */
  | 'built-in'
  | 'taken'
  | 'no-group'
  /** The clients file says what it is; here it would last until the file is applied again. */
  | 'declared';

export type GroupOutcome =
  { readonly kind: 'done'; readonly members?: number } | { readonly kind: GroupRefusal };

/** What operators do with groups themselves; who is in them is users/user-memberships.ts. Each change is audited. */
@Injectable()
export class ManagedGroups {
  constructor(
    private readonly groups: Groups,
    private readonly declarations: Declarations,
    private readonly audit: Audit,
  ) {}

  async create({ by, req }: Actor, name: string, description: string | null = null): Promise<GroupOutcome> {
    if (!GROUP_NAME.test(name)) return { kind: 'not-a-name' };
    if (isBuiltInGroup(name)) return { kind: 'built-in' };
    if (!(await this.groups.create(name, description))) return { kind: 'taken' };
    await this.audit.record(
      'group.created',
      { detail: { by, group: name, before: null, after: { description } } },
      req,
    );
    return { kind: 'done' };
  }

  async describe({ by, req }: Actor, name: string, description: string | null): Promise<GroupOutcome> {
    const refusal = await this.refusal(name);
    if (refusal) return { kind: refusal };
    const before = await this.groups.describe(name, description);
    if (before === 'no-group') return { kind: 'no-group' };
    if (before.description !== description)
      await this.audit.record(
        'group.changed',
        { detail: { by, group: name, before, after: { description } } },
        req,
      );
    return { kind: 'done' };
  }

  /** Everybody in it leaves it with that. */
  async delete({ by, req }: Actor, name: string): Promise<GroupOutcome> {
    const refusal = await this.refusal(name);
    if (refusal) return { kind: refusal };
    const group = await this.groups.one(name);
    const members = await this.groups.delete(name);
    if (members === undefined) return { kind: 'no-group' };
    const before = { description: group?.description ?? null, members };
    await this.audit.record('group.deleted', { detail: { by, group: name, before, after: null } }, req);
    return { kind: 'done', members };
  }

  private async refusal(name: string): Promise<GroupRefusal | undefined> {
    if (isBuiltInGroup(name)) return 'built-in';
    return (await this.declarations.has('groups', name)) ? 'declared' : undefined;
  }
}
