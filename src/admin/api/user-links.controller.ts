import { Controller, Post } from '@nestjs/common';
import { EmailForm } from '../../users/email-change.service.js';
import type { PrintedLink } from '../../users/invitations.js';
import type { Actor } from '../actor.js';
import { UserHelp } from '../users/user-help.js';
import { Api, By, Sent } from './api.guard.js';
import { Answer, operation, type Asked } from './operation.js';
import { People } from './people.js';
import { done, REFUSALS } from './refusals.js';
import { moment, shape, text } from './schema.js';
import { UserId } from './user.shape.js';

export const Link = shape('Link', {
  url: text({ format: 'uri', description: 'For its reader alone: whoever has it can use it' }),
  expiresAt: moment('Until when it works'),
});

const common = { path: { id: UserId }, answers: { 201: Link }, problems: REFUSALS } as const;

const PASSWORD = operation({
  id: 'makePasswordLink',
  summary: 'A link to choose a new password with',
  description:
    'Once, within 30 minutes. It is as good as the password; a second factor is asked for as ever.',
  ...common,
});
const SIGN_IN = operation({
  id: 'makeSignInLink',
  summary: 'A link that signs in without the password',
  description:
    'Once, within an hour. It stands in for the password; a second factor is asked for as ever, and nothing is changed.',
  ...common,
});
const VERIFICATION = operation({
  id: 'makeVerificationLink',
  summary: 'A link that confirms the present address',
  description: 'Once, within 24 hours.',
  ...common,
});
const EMAIL = operation({
  id: 'makeEmailLink',
  summary: 'A link that changes the address',
  description:
    'Once, within 24 hours; to be sent to the new address, whose reader confirms it by opening it.',
  body: shape('NewAddress', { email: text({ maxLength: 254, format: 'email' }) }),
  ...common,
});

/** Links for one user. Each is shown this once; a newer one ends the one before it. */
@Controller('api/v1/users/:id')
export class UserLinksController {
  constructor(
    private readonly people: People,
    private readonly help: UserHelp,
  ) {}

  @Api('users.write', PASSWORD)
  @Post('password-link')
  async password(@Sent() { path }: Asked<typeof PASSWORD>, @By() by: Actor): Promise<Answer> {
    return shown(done(await this.help.passwordLink(by, await this.people.find(path.id)))!);
  }

  @Api('users.write', SIGN_IN)
  @Post('sign-in-link')
  async signIn(@Sent() { path }: Asked<typeof SIGN_IN>, @By() by: Actor): Promise<Answer> {
    return shown(done(await this.help.signInLink(by, await this.people.find(path.id)))!);
  }

  @Api('users.write', VERIFICATION)
  @Post('verification-link')
  async verification(@Sent() { path }: Asked<typeof VERIFICATION>, @By() by: Actor): Promise<Answer> {
    return shown(done(await this.help.verificationLink(by, await this.people.find(path.id)))!);
  }

  @Api('users.write', EMAIL)
  @Post('email-link')
  async email(@Sent() { path, body }: Asked<typeof EMAIL>, @By() by: Actor): Promise<Answer> {
    const account = await this.people.find(path.id);
    const { email } = this.people.accepted(EmailForm, { email: body.email });
    return shown(done(await this.help.emailLink(by, account, email))!);
  }
}

function shown({ url, expiresAt }: PrintedLink): Answer {
  return new Answer(201, { url, expiresAt: expiresAt.toISOString() });
}
