import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/audit.service.js';
import { Declarations } from '../../clients/declarations.service.js';
import { GROUP_NAME, Groups, isBuiltInGroup, type StillThat } from '../../users/groups.service.js';
import type { Actor } from '../actor.js';
import { GroupDirectory, type GroupState } from './group-directory.js';

export type GroupRefusal =
  | 'not-a-name'
  /** Its members are operators or help people: those have pages of their own. */
  | 'built-in'
  | 'taken'
  | 'no-group'
  /** The clients file says what it is; here it would last until the file is applied again. */
  | 'declared'
  /** It is not what whoever asks has seen. */
  | 'not-as-seen';

/** Whether a group still is what was seen of it; undefined: there is none any more. */
export type Seen = (now: GroupState | undefined) => boolean;

export type GroupOutcome =
  { readonly kind: 'done'; readonly members?: number } | { readonly kind: GroupRefusal };

/** What operators do with groups themselves; who is in them is users/user-memberships.ts. Each change is audited. */
@Injectable()
export class ManagedGroups {
  constructor(
    private readonly groups: Groups,
    private readonly directory: GroupDirectory,
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

  async describe(
    { by, req }: Actor,
    name: string,
    description: string | null,
    seen?: Seen,
  ): Promise<GroupOutcome> {
    const refusal = await this.refusal(name);
    if (refusal) return { kind: refusal };
    const before = await this.groups.describe(name, description, this.still(name, seen));
    if (typeof before === 'string') return { kind: before };
    if (before.description !== description)
      await this.audit.record(
        'group.changed',
        { detail: { by, group: name, before, after: { description } } },
        req,
      );
    return { kind: 'done' };
  }

  /** Everybody in it leaves it with that. */
  async delete({ by, req }: Actor, name: string, seen?: Seen): Promise<GroupOutcome> {
    const refusal = await this.refusal(name);
    if (refusal) return { kind: refusal };
    const group = await this.groups.one(name);
    const members = await this.groups.delete(name, this.still(name, seen));
    if (members === undefined) return { kind: 'no-group' };
    if (members === 'not-as-seen') return { kind: members };
    const before = { description: group?.description ?? null, members };
    await this.audit.record('group.deleted', { detail: { by, group: name, before, after: null } }, req);
    return { kind: 'done', members };
  }

  private still(name: string, seen: Seen | undefined): StillThat | undefined {
    return seen && (async (sql) => seen(await this.directory.state(sql, name)));
  }

  private async refusal(name: string): Promise<GroupRefusal | undefined> {
    if (isBuiltInGroup(name)) return 'built-in';
    return (await this.declarations.has('groups', name)) ? 'declared' : undefined;
  }
}
