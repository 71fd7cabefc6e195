import { Controller, Delete, Get, Post, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '../../kernel/problem.js';
import type { Account } from '../../users/account.entity.js';
import { attributeMistake } from '../../users/attributes.js';
import { emailKey } from '../../users/identifiers.js';
import { RegistrationForm } from '../../users/registration.service.js';
import type { Actor } from '../actor.js';
import { SHOWN } from '../users/user-query.js';
import { UserActions } from '../users/user-actions.js';
import { UserMemberships } from '../users/user-memberships.js';
import { UserSearch } from '../users/user-search.js';
import { Api, By, Sent } from './api.guard.js';
import { Answer, ok, operation, type Asked } from './operation.js';
import { People } from './people.js';
import { done, problemOf, REFUSALS } from './refusals.js';
import { among, optional, pageOf, shape, text } from './schema.js';
import { pointer } from './schema.check.js';
import { AFTER, LIMIT } from './paging.js';
import { assertMatches, stillMatches, tagOf } from './tags.js';
import { Attributes, ListedUser, listedUserOf, User, UserId, userOf } from './user.shape.js';

const LIST = operation({
  id: 'listUsers',
  summary: 'Users, in the order of their user names',
  query: {
    search: optional(text({ description: 'The beginning of a user name or an address, or an identifier' })),
    state: optional(among(SHOWN, 'Only those')),
    group: optional(text({ maxLength: 64, description: 'Only those in this group' })),
    limit: LIMIT,
    after: AFTER,
  },
  answers: { 200: pageOf('UserPage', ListedUser) },
});

const SHOW = operation({
  id: 'getUser',
  summary: 'One user',
  path: { id: UserId },
  answers: { 200: User },
  tagged: true,
});

const NewUser = shape('NewUser', {
  username: text({ maxLength: 64 }),
  email: text({ maxLength: 254, format: 'email' }),
  attributes: optional(Attributes),
});

const CREATE = operation({
  id: 'createUser',
  summary: 'Makes a user',
  description:
    'With a password that nobody knows: a password link lets its owner choose one. A user name or an address that is taken is a conflict, so a request that is sent again makes no second user.',
  body: NewUser,
  answers: { 201: User },
  tagged: true,
  problems: REFUSALS,
});

const PUT = operation({
  id: 'putUser',
  summary: 'Makes sure that there is such a user',
  description:
    'Makes the user where there is none of this name. Otherwise the attributes, where they are sent, become these and no others. Another address than the present one is a conflict: an address changes by a link that its reader opens.',
  path: { username: text({ maxLength: 64, description: 'The user name, in any spelling' }) },
  body: shape('UserToBe', {
    email: text({ maxLength: 254, format: 'email' }),
    attributes: optional(Attributes),
  }),
  answers: { 200: User, 201: User },
  tagged: true,
  problems: REFUSALS,
});

const DELETE = operation({
  id: 'deleteUser',
  summary: 'Deletes a user in a week',
  description: 'Nobody signs in to it from now on. Until then the account can be kept after all (keepUser).',
  path: { id: UserId },
  answers: { 200: User },
  tagged: true,
  problems: REFUSALS,
});

/** Accounts: which there are, and that there is one. What is done for one: user-actions.controller.ts. */
@Controller('api/v1/users')
export class UsersController {
  constructor(
    private readonly people: People,
    private readonly search: UserSearch,
    private readonly actions: UserActions,
    private readonly memberships: UserMemberships,
  ) {}

  @Api('users.read', LIST)
  @Get()
  async list(@Sent() { query }: Asked<typeof LIST>): Promise<Answer> {
    const { search, state, group, limit, after } = query;
    const page = await this.search.page({
      limit,
      ...(search === undefined ? {} : { term: search }),
      ...(state === undefined ? {} : { shown: state }),
      ...(group === undefined ? {} : { group }),
      ...(after === undefined ? {} : { after }),
    });
    return ok({ items: page.users.map(listedUserOf), next: page.next ?? null });
  }

  @Api('users.read', SHOW)
  @Get(':id')
  async show(@Sent() { path }: Asked<typeof SHOW>): Promise<Answer> {
    return shown(await this.people.find(path.id));
  }

  @Api('users.write', CREATE)
  @Post()
  async create(@Sent() { body }: Asked<typeof CREATE>, @By() by: Actor): Promise<Answer> {
    const { username, email, attributes } = body;
    const made = await this.make(by, { username, email }, attributes);
    if (!made) throw taken();
    return shown(made, 201);
  }

  @Api('users.write', PUT)
  @Put('by-username/:username')
  async put(
    @Sent() { path: { username }, body }: Asked<typeof PUT>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    const { email, attributes } = body;
    let account = await this.people.called(username);
    assertMatches(req, account && userOf(account));
    if (!account) {
      const made = await this.make(by, { username, email }, attributes, 'path: username');
      if (made) return shown(made, 201);
      // Whoever was faster at this very moment has made the user; or it is the address that is somebody's.
      account = await this.people.called(username);
      if (!account) throw taken();
      assertMatches(req, userOf(account));
    }
    const { email: tidy } = this.people.accepted(RegistrationForm, {
      username: account.username,
      email,
      password: '',
    });
    if (emailKey(tidy) !== account.emailKey)
      throw new Problem('conflict', 'the user has another address: a link changes it (makeEmailLink)');
    if (attributes) {
      refuseUnusable(attributes);
      done(await this.memberships.setAttributes(by, account, attributes, stillMatches(req, userOf)));
    }
    return shown(await this.people.find(account.id));
  }

  @Api('users.write', DELETE)
  @Delete(':id')
  async delete(
    @Sent() { path }: Asked<typeof DELETE>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    const account = await this.people.find(path.id);
    assertMatches(req, userOf(account));
    const still = stillMatches(req, userOf);
    done(await this.actions.requestDeletion(by, account, undefined, still), ['leaving']);
    return shown(await this.people.find(path.id));
  }

  /** @returns undefined: the user name or the address is somebody's */
  private async make(
    by: Actor,
    values: { readonly username: string; readonly email: string },
    attributes: Readonly<Record<string, unknown>> = {},
    at = '#/username',
  ): Promise<Account | undefined> {
    const form = this.people.accepted(RegistrationForm, { ...values, password: '' }, { username: at });
    refuseUnusable(attributes);
    const made = done(await this.actions.create(by, form), ['taken']);
    if (!made) return undefined;
    done(await this.memberships.setAttributes(by, made.account, attributes));
    return this.people.find(made.account.id);
  }
}

const taken = () => problemOf('taken');

/** @throws Problem */
function refuseUnusable(attributes: Readonly<Record<string, unknown>>): void {
  const mistakes = Object.entries(attributes).flatMap(([name, value]) => {
    const detail = attributeMistake(name, value);
    return detail === undefined ? [] : [{ at: `#/attributes/${pointer(name)}`, detail }];
  });
  if (mistakes.length > 0) throw new Problem('not-valid', undefined, { mistakes });
}

function shown(account: Account, status = 200): Answer {
  const user = userOf(account);
  return new Answer(status, user, { ETag: tagOf(user) });
}
