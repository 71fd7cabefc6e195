import { Controller, Post } from '@nestjs/common';
import type { Actor } from '../actor.js';
import { UserActions } from '../users/user-actions.js';
import { UserHelp } from '../users/user-help.js';
import { Api, By, Sent } from './api.guard.js';
import { nothing, operation, type Answer, type Asked } from './operation.js';
import { People } from './people.js';
import { done, REFUSALS } from './refusals.js';
import { optional, shape, text } from './schema.js';
import { UserId } from './user.shape.js';

const Reason = shape('Reason', {
  reason: optional(text({ maxLength: 500, description: 'Why, for the audit log' })),
});

/** Something that is done to one user, and that may be done again. */
function action<const Id extends string>(id: Id, summary: string, description?: string) {
  return operation({
    id,
    summary,
    ...(description ? { description } : {}),
    path: { id: UserId },
    body: Reason,
    answers: { 204: null },
    problems: REFUSALS,
  });
}

const DISABLE = action('disableUser', 'Lets nobody sign in to it', 'Every session and token ends.');
const ENABLE = action('enableUser', 'Lets its owner sign in again');
const SIGN_OUT = action('signOutUser', 'Ends every session and token');
const KEEP = action(
  'keepUser',
  'Keeps a user that was about to be deleted',
  'It stays disabled where it is.',
);
const CLEAR = action('clearThrottle', 'Forgets failed checks', 'Also after a hard stop.');
const CONFIRM = action(
  'confirmRecovery',
  'Lets somebody sign in without a second factor who asked for it',
  'At the next sign-in with the password.',
);
const REFUSE = action('refuseRecovery', 'Refuses what somebody asked for who lost every second factor');

type Done = Asked<typeof DISABLE>;

/** What is done for one user as a whole; each is one line of the audit log, by the program. */
@Controller('api/v1/users/:id')
export class UserActionsController {
  constructor(
    private readonly people: People,
    private readonly actions: UserActions,
    private readonly help: UserHelp,
  ) {}

  @Api('users.write', DISABLE)
  @Post('disable')
  async disable(@Sent() { path, body }: Done, @By() by: Actor): Promise<Answer> {
    done(await this.actions.disable(by, await this.people.find(path.id), body.reason));
    return nothing();
  }

  @Api('users.write', ENABLE)
  @Post('enable')
  async enable(@Sent() { path, body }: Done, @By() by: Actor): Promise<Answer> {
    done(await this.actions.enable(by, await this.people.find(path.id), body.reason));
    return nothing();
  }

  @Api('users.write', SIGN_OUT)
  @Post('sign-out')
  async signOut(@Sent() { path, body }: Done, @By() by: Actor): Promise<Answer> {
    done(await this.actions.signOut(by, await this.people.find(path.id), body.reason));
    return nothing();
  }

  @Api('users.write', KEEP)
  @Post('keep')
  async keep(@Sent() { path, body }: Done, @By() by: Actor): Promise<Answer> {
    done(await this.actions.keep(by, await this.people.find(path.id), body.reason), ['not-leaving']);
    return nothing();
  }

  @Api('users.write', CLEAR)
  @Post('clear-throttle')
  async clear(@Sent() { path, body }: Done, @By() by: Actor): Promise<Answer> {
    done(await this.help.clearThrottle(by, await this.people.find(path.id), body.reason));
    return nothing();
  }

  @Api('users.write', CONFIRM)
  @Post('confirm-recovery')
  async confirm(@Sent() { path, body }: Done, @By() by: Actor): Promise<Answer> {
    done(await this.help.confirmRecovery(by, await this.people.find(path.id), body.reason));
    return nothing();
  }

  @Api('users.write', REFUSE)
  @Post('refuse-recovery')
  async refuse(@Sent() { path, body }: Done, @By() by: Actor): Promise<Answer> {
    done(await this.help.refuseRecovery(by, await this.people.find(path.id), body.reason));
    return nothing();
  }
}
