import {
  applyDecorators,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { Access } from '../../http/access.js';
import { Clock } from '../../kernel/clock.js';
import { linkGone } from '../../kernel/errors.js';
import { Sessions } from '../../oidc/sessions/sessions.service.js';
import { recentAt, signInFirst } from '../../oidc/sessions/sign-in-request.js';
import { suffices } from '../../oidc/sessions/sign-in-strength.js';
import { Invitations } from '../../users/invitations.js';

/**
 * Only for a browser that carries the set-up link, and for somebody who signed in there with two factors a short while ago.
 * The link opens no way in: who has no account registers, and who has no second factor sets one up, as anyone does.
 */
export const SetUp = () =>
  applyDecorators(
    Access('holder of the set-up link, signed in recently with two factors'),
    UseGuards(SetUpGuard),
  );

@Injectable()
export class SetUpGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly sessions: Sessions,
    private readonly invitations: Invitations,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<Request>();
    const res = context.switchToHttp().getResponse<Response>();
    const invitation = await this.invitations.of(req);
    if (invitation?.kind !== 'operator') throw linkGone();
    const person = await this.sessions.current(req, res);
    const demand = { level: 2, within: this.config.recentSignIn } as const;
    if (!person || !suffices(person, demand, this.clock.now()))
      throw signInFirst(this.config, req, recentAt(this.config, 2));
    req.languageHints = { account: person.account.locale, timeZone: person.account.timeZone };
    req.person = person;
    req.setUpToken = invitation.token;
    return true;
  }
}

declare module 'express' {
  interface Request {
    setUpToken?: string;
  }
}
