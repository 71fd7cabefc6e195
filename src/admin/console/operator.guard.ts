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
import { operatorsOnly } from '../../kernel/errors.js';
import { Sessions } from '../../oidc/sessions/sessions.service.js';
import { recentAt, signInFirst } from '../../oidc/sessions/sign-in-request.js';
import { suffices } from '../../oidc/sessions/sign-in-strength.js';
import { Groups, OPERATORS } from '../../users/groups.service.js';

/**
 * Only for an operator who signed in with two factors a short while ago. Who is one is asked at each request: an operator who
 * was taken out of the group is one no more, whatever session is still open.
 */
export const Operator = () =>
  applyDecorators(Access('operator, signed in recently with two factors'), UseGuards(OperatorGuard));

@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly sessions: Sessions,
    private readonly groups: Groups,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<Request>();
    const res = context.switchToHttp().getResponse<Response>();
    const person = await this.sessions.current(req, res);
    if (!person) throw signInFirst(this.config, req);
    req.languageHints = { account: person.account.locale, timeZone: person.account.timeZone };
    if (!(await this.groups.isInOneOf(person.account.id, [OPERATORS]))) throw operatorsOnly();

    if (!suffices(person, { level: 2, within: this.config.recentSignIn }, this.clock.now()))
      throw signInFirst(this.config, req, recentAt(this.config, 2));
    req.person = person;
    return true;
  }
}
