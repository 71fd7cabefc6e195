import { Controller, Delete, Get, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '../../kernel/problem.js';
import { GROUP_NAME } from '../../users/groups.service.js';
import type { Actor } from '../actor.js';
import { COUNTED, GroupDirectory, type GroupState, type ListedGroup } from '../groups/group-directory.js';
import {
  ManagedGroups,
  type GroupOutcome,
  type GroupRefusal,
  type Seen,
} from '../groups/managed-groups.service.js';
import { UserMemberships } from '../users/user-memberships.js';
import { Api, By, Sent } from './api.guard.js';
import { Answer, nothing, ok, operation, type Asked } from './operation.js';
import { AFTER, LIMIT } from './paging.js';
import { People } from './people.js';
import { done, REFUSALS } from './refusals.js';
import { flag, integer, listOf, moment, nullable, optional, pageOf, shape, text, type Of } from './schema.js';
import { assertMatches, stillMatches, tagOf } from './tags.js';
import { UserId } from './user.shape.js';

const GroupName = text({
  pattern: GROUP_NAME.source,
  maxLength: 64,
  description: 'Its name; a / in it is written %2F',
});
const Description = nullable(text({ maxLength: 200, description: 'What it is for' }));
const Group = shape('Group', {
  name: GroupName,
  description: Description,
  members: integer(0, COUNTED + 1, { description: 'How many are in it; nobody counts beyond the maximum' }),
  isDeclared: flag('Whether the clients file says that there is such a group'),
});
const Member = shape('Member', {
  id: UserId,
  username: text({ maxLength: 64 }),
  email: text({ maxLength: 254 }),
  addedAt: moment('Since when the person is in it'),
});

const LIST = operation({
  id: 'listGroups',
  summary: 'Every group, by name',
  description: 'The built-in groups, which are roles, are not among them.',
  answers: { 200: shape('Groups', { items: listOf(Group) }) },
});
const path = { name: GroupName };
const SHOW = operation({
  id: 'getGroup',
  summary: 'One group',
  path,
  answers: { 200: Group },
  tagged: true,
});
const PUT = operation({
  id: 'putGroup',
  summary: 'Makes sure that there is such a group',
  description: 'Where no description is sent, the one that is there stays.',
  path,
  body: shape('GroupToBe', { description: optional(Description) }),
  answers: { 200: Group, 201: Group },
  tagged: true,
  problems: REFUSALS,
});
const DELETE = operation({
  id: 'deleteGroup',
  summary: 'Deletes a group; everybody in it leaves it',
  path,
  answers: { 204: null },
  tagged: true,
  problems: REFUSALS,
});
const MEMBERS = operation({
  id: 'listGroupMembers',
  summary: 'Who is in a group, in the order of their user names',
  path,
  query: { limit: LIMIT, after: AFTER },
  answers: { 200: pageOf('MemberPage', Member) },
});
const member = { path: { name: GroupName, id: UserId }, answers: { 204: null }, problems: REFUSALS } as const;
const ADD = operation({ id: 'putGroupMember', summary: 'Puts a user into a group', ...member });
const REMOVE = operation({ id: 'deleteGroupMember', summary: 'Takes a user out of a group', ...member });

/** Groups, by which applications decide. Who may use the operators' pages is no such group. */
@Controller('api/v1/groups')
export class GroupsController {
  constructor(
    private readonly directory: GroupDirectory,
    private readonly groups: ManagedGroups,
    private readonly people: People,
    private readonly memberships: UserMemberships,
  ) {}

  @Api('groups.read', LIST)
  @Get()
  async list(@Sent() _sent: Asked<typeof LIST>): Promise<Answer> {
    return ok({ items: (await this.directory.all()).map(groupOf) });
  }

  @Api('groups.read', SHOW)
  @Get(':name')
  async show(@Sent() { path }: Asked<typeof SHOW>): Promise<Answer> {
    return shown(await this.find(path.name));
  }

  @Api('groups.write', PUT)
  @Put(':name')
  async put(
    @Sent() { path: { name }, body }: Asked<typeof PUT>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    let before = await this.directory.one(name);
    assertMatches(req, before && groupOf(before));
    if (!before) {
      const made = await this.groups.create(by, name, body.description ?? null);
      if (made.kind === 'done') return shown(await this.find(name), 201);
      // Whoever was faster at this very moment has made the group.
      if (made.kind === 'taken') before = await this.directory.one(name);
      if (!before) throw problemOf(made);
      assertMatches(req, groupOf(before));
    }
    const { description = before.description } = body;
    if (before.description !== description)
      refuse(await this.groups.describe(by, name, description, stillThat(req, before)));
    return shown(await this.find(name));
  }

  @Api('groups.write', DELETE)
  @Delete(':name')
  async delete(
    @Sent() { path: { name } }: Asked<typeof DELETE>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    const before = await this.find(name);
    assertMatches(req, groupOf(before));
    refuse(await this.groups.delete(by, name, stillThat(req, before)));
    return nothing();
  }

  @Api('groups.read', MEMBERS)
  @Get(':name/members')
  async members(@Sent() { path: { name }, query }: Asked<typeof MEMBERS>): Promise<Answer> {
    await this.find(name);
    const { members, after } = await this.directory.members(name, query.after, query.limit);
    const items = members.map(({ addedAt, ...each }) => ({ ...each, addedAt: addedAt.toISOString() }));
    return ok({ items, next: after ?? null });
  }

  @Api('groups.write', ADD)
  @Put(':name/members/:id')
  async add(@Sent() { path }: Asked<typeof ADD>, @By() by: Actor): Promise<Answer> {
    done(await this.memberships.addToGroup(by, await this.people.find(path.id), path.name));
    return nothing();
  }

  @Api('groups.write', REMOVE)
  @Delete(':name/members/:id')
  async remove(@Sent() { path }: Asked<typeof REMOVE>, @By() by: Actor): Promise<Answer> {
    done(await this.memberships.removeFromGroup(by, await this.people.find(path.id), path.name), [
      'not-member',
    ]);
    return nothing();
  }

  private async find(name: string): Promise<ListedGroup> {
    const group = await this.directory.one(name);
    if (!group) throw new Problem('not-found', 'there is no such group');
    return group;
  }
}

/** What the clients file declares is refused before this is asked. */
function stillThat(req: Request, { isDeclared }: ListedGroup): Seen | undefined {
  return stillMatches(req, (now: GroupState) => groupOf({ ...now, isDeclared }));
}

/** @throws Problem */
function refuse(outcome: GroupOutcome): void {
  if (outcome.kind !== 'done') throw problemOf(outcome);
}

function problemOf({ kind }: { readonly kind: GroupRefusal }): Problem {
  switch (kind) {
    case 'built-in':
      return new Problem(
        'forbidden',
        'groups that start with "gatehouse-" are roles: no program makes or changes them',
      );
    case 'declared':
      return new Problem('forbidden', 'the clients file says what this group is');
    case 'not-as-seen':
      return new Problem('changed-meanwhile');
    case 'not-a-name':
    case 'taken':
    case 'no-group':
      return new Problem('conflict', 'it was changed at this very moment: read it again');
  }
}

function groupOf({ name, description, members, isDeclared }: ListedGroup): Of<typeof Group> {
  return { name, description, members, isDeclared };
}

function shown(group: ListedGroup, status = 200): Answer {
  const described = groupOf(group);
  return new Answer(status, described, { ETag: tagOf(described) });
}
