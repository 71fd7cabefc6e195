import { Controller, Delete, Get, Put } from '@nestjs/common';
import { Problem } from '../../kernel/problem.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import { SessionList } from '../../oidc/sessions/session-list.service.js';
import { attributeMistake } from '../../users/attributes.js';
import { Groups } from '../../users/groups.service.js';
import type { Actor } from '../actor.js';
import { UserActions } from '../users/user-actions.js';
import { UserHelp } from '../users/user-help.js';
import { UserMemberships } from '../users/user-memberships.js';
import { Api, By, Sent } from './api.guard.js';
import { nothing, ok, operation, type Answer, type Asked } from './operation.js';
import { People } from './people.js';
import { done, REFUSALS } from './refusals.js';
import { among, anything, integer, listOf, moment, nullable, shape, text, type Of } from './schema.js';
import { AttributeName, UserId } from './user.shape.js';

const Factor = shape('SecondFactor', {
  id: text({ maxLength: 22, description: 'To remove it by' }),
  kind: among(['totp', 'passkey']),
  name: text({ description: 'As its owner calls it' }),
  addedAt: moment('When it was set up'),
  lastUsedAt: nullable(moment('When it was used last')),
});

const FACTORS = operation({
  id: 'listUserFactors',
  summary: 'The second factors of a user',
  path: { id: UserId },
  answers: {
    200: shape('SecondFactors', {
      items: listOf(Factor),
      backupCodesLeft: integer(0, 1000),
    }),
  },
});
const REMOVE = operation({
  id: 'removeUserFactor',
  summary: 'Removes one authenticator or passkey',
  description: 'Its owner is told, and every session ends. With the last one the backup codes go, too.',
  path: { id: UserId, kind: among(['totp', 'passkey']), factor: text({ maxLength: 22 }) },
  answers: { 204: null },
  problems: REFUSALS,
});
const REMOVE_ALL = operation({
  id: 'removeUserFactors',
  summary: 'Removes every second factor and the backup codes',
  description: 'Its owner is told, and every session ends.',
  path: { id: UserId },
  answers: { 204: null },
  problems: REFUSALS,
});

const SessionId = text({ maxLength: 64, description: 'To end it by; it is worth nothing else' });
const SESSIONS = operation({
  id: 'listUserSessions',
  summary: 'The sessions of a user, the one that was used last first',
  path: { id: UserId },
  answers: {
    200: shape('Sessions', {
      items: listOf(
        shape('Session', {
          id: SessionId,
          browser: text({ description: '"Firefox on Linux"; empty: unknown' }),
          address: nullable(text({ description: 'From where it was used last' })),
          startedAt: moment('When it began'),
          lastUsedAt: moment('When it was used last, to the minute'),
          applications: listOf(text(), { description: 'The names of those that it was used for' }),
        }),
      ),
    }),
  },
});

const END = operation({
  id: 'endUserSession',
  summary: 'Ends one session, with what was issued in it',
  description:
    'Applications that it was used for are told. One that is over already, or is another user’s, is left alone.',
  path: { id: UserId, session: SessionId },
  answers: { 204: null },
  problems: REFUSALS,
});

const GROUPS = operation({
  id: 'listUserGroups',
  summary: 'The groups of a user',
  path: { id: UserId },
  answers: { 200: shape('GroupNames', { items: listOf(text({ maxLength: 64 })) }) },
});

const SET = operation({
  id: 'setUserAttribute',
  summary: 'Says something of a user',
  path: { id: UserId, name: AttributeName },
  body: shape('AttributeValue', { value: anything('Any JSON but null') }),
  answers: { 204: null },
  problems: REFUSALS,
});
const UNSET = operation({
  id: 'unsetUserAttribute',
  summary: 'Says it of a user no more',
  path: { id: UserId, name: AttributeName },
  answers: { 204: null },
  problems: REFUSALS,
});

/** What one user has: factors, sessions, groups, attributes. */
@Controller('api/v1/users/:id')
export class UserFactsController {
  constructor(
    private readonly people: People,
    private readonly secondFactors: SecondFactors,
    private readonly sessions: SessionList,
    private readonly groups: Groups,
    private readonly actions: UserActions,
    private readonly help: UserHelp,
    private readonly memberships: UserMemberships,
  ) {}

  @Api('users.read', FACTORS)
  @Get('factors')
  async factors(@Sent() { path }: Asked<typeof FACTORS>): Promise<Answer> {
    const { id } = await this.people.find(path.id);
    const { authenticators, passkeys, backupCodes } = await this.secondFactors.enrolled(id);
    const factor = (kind: 'totp' | 'passkey', each: (typeof authenticators | typeof passkeys)[number]) => ({
      id: each.id,
      kind,
      name: each.name,
      addedAt: each.createdAt.toISOString(),
      lastUsedAt: each.lastUsedAt?.toISOString() ?? null,
    });
    const items: Of<typeof Factor>[] = [
      ...authenticators.map((each) => factor('totp', each)),
      ...passkeys.map((each) => factor('passkey', each)),
    ];
    return ok({ items, backupCodesLeft: backupCodes.left });
  }

  @Api('users.write', REMOVE)
  @Delete('factors/:kind/:factor')
  async remove(@Sent() { path }: Asked<typeof REMOVE>, @By() by: Actor): Promise<Answer> {
    const { id, kind, factor } = path;
    done(await this.help.removeFactor(by, await this.people.find(id), { kind, id: factor }), ['no-factor']);
    return nothing();
  }

  @Api('users.write', REMOVE_ALL)
  @Delete('factors')
  async removeAll(@Sent() { path }: Asked<typeof REMOVE_ALL>, @By() by: Actor): Promise<Answer> {
    done(await this.help.removeEveryFactor(by, await this.people.find(path.id)));
    return nothing();
  }

  @Api('users.read', SESSIONS)
  @Get('sessions')
  async list(@Sent() { path }: Asked<typeof SESSIONS>): Promise<Answer> {
    const { id } = await this.people.find(path.id);
    const sessions = await this.sessions.of(id, '');
    return ok({
      items: sessions.map(({ id: session, browser, address, startedAt, lastUsedAt, applications }) => ({
        id: session,
        browser,
        address,
        startedAt: new Date(startedAt).toISOString(),
        lastUsedAt: new Date(lastUsedAt).toISOString(),
        applications,
      })),
    });
  }

  @Api('users.write', END)
  @Delete('sessions/:session')
  async end(@Sent() { path }: Asked<typeof END>, @By() by: Actor): Promise<Answer> {
    const account = await this.people.find(path.id);
    done(await this.actions.endSession(by, account, path.session), ['no-session']);
    return nothing();
  }

  @Api('users.read', GROUPS)
  @Get('groups')
  async groupsOf(@Sent() { path }: Asked<typeof GROUPS>): Promise<Answer> {
    const { id } = await this.people.find(path.id);
    return ok({ items: await this.groups.of(id) });
  }

  @Api('users.write', SET)
  @Put('attributes/:name')
  async set(@Sent() { path, body }: Asked<typeof SET>, @By() by: Actor): Promise<Answer> {
    const detail = attributeMistake(path.name, body.value);
    if (detail !== undefined)
      throw new Problem('not-valid', undefined, { mistakes: [{ at: '#/value', detail }] });
    const account = await this.people.find(path.id);
    done(await this.memberships.setAttribute(by, account, path.name, body.value));
    return nothing();
  }

  @Api('users.write', UNSET)
  @Delete('attributes/:name')
  async unset(@Sent() { path }: Asked<typeof UNSET>, @By() by: Actor): Promise<Answer> {
    done(await this.memberships.unsetAttribute(by, await this.people.find(path.id), path.name), ['not-set']);
    return nothing();
  }
}
