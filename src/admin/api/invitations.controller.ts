import { Controller, Delete, Get, Post } from '@nestjs/common';
import { EmailForm } from '../../users/email-change.service.js';
import type { Actor } from '../actor.js';
import { UserInvitations } from '../users/user-invitations.js';
import { Api, By, Sent } from './api.guard.js';
import { Answer, nothing, ok, operation, type Asked } from './operation.js';
import { People } from './people.js';
import { done } from './refusals.js';
import { listOf, moment, nullable, optional, shape, text } from './schema.js';

const Id = text({ pattern: '^[A-Za-z0-9_-]{22}$', maxLength: 22 });

const LIST = operation({
  id: 'listInvitations',
  summary: 'Invitations that nobody has used yet, the newest first',
  description: 'At most 200; each ends by itself within a week.',
  answers: {
    200: shape('Invitations', {
      items: listOf(
        shape('Invitation', {
          id: Id,
          email: nullable(text({ description: 'Whom it is for, where that was said' })),
          madeBy: nullable(text({ description: 'Whose account made it; null: the shell or a program' })),
          createdAt: moment('When it was made'),
          expiresAt: moment('Until when it works'),
        }),
      ),
    }),
  },
});
const INVITE = operation({
  id: 'createInvitation',
  summary: 'Invites somebody to register',
  description:
    'With an address a letter is sent, and nobody but its reader has the link. Without one the link is in the answer, this once.',
  body: shape('NewInvitation', { email: optional(text({ maxLength: 254, format: 'email' })) }),
  answers: {
    201: shape('NewlyInvited', {
      id: Id,
      url: nullable(text({ format: 'uri', description: 'null: it was sent' })),
      expiresAt: moment('Until when it works'),
    }),
  },
  problems: ['conflict', 'too-often'],
});
const WITHDRAW = operation({
  id: 'withdrawInvitation',
  summary: 'Lets an invitation count no more',
  path: { id: Id },
  answers: { 204: null },
});

/** Links to register with. */
@Controller('api/v1/invitations')
export class InvitationsController {
  constructor(
    private readonly people: People,
    private readonly invitations: UserInvitations,
  ) {}

  @Api('invitations.read', LIST)
  @Get()
  async list(@Sent() _sent: Asked<typeof LIST>): Promise<Answer> {
    const open = await this.invitations.open();
    return ok({
      items: open.map(({ id, email, madeBy, createdAt, expiresAt }) => ({
        id,
        email,
        madeBy,
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
      })),
    });
  }

  @Api('invitations.write', INVITE)
  @Post()
  async invite(@Sent() { body }: Asked<typeof INVITE>, @By() by: Actor): Promise<Answer> {
    if (body.email === undefined) {
      const { id, url, expiresAt } = await this.invitations.invite(by);
      return new Answer(201, { id, url, expiresAt: expiresAt.toISOString() });
    }
    const { email } = this.people.accepted(EmailForm, { email: body.email });
    const { id, expiresAt } = done(await this.invitations.inviteByMail(by, email))!;
    return new Answer(201, { id, url: null, expiresAt: expiresAt.toISOString() });
  }

  @Api('invitations.write', WITHDRAW)
  @Delete(':id')
  async withdraw(@Sent() { path }: Asked<typeof WITHDRAW>, @By() by: Actor): Promise<Answer> {
    done(await this.invitations.withdraw(by, path.id), ['not-set']);
    return nothing();
  }
}
