import {
  applyDecorators,
  Injectable,
  SetMetadata,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { Access } from '../../http/access.js';
import { noteSession } from '../../http/visitor.js';
import { Clock } from '../../kernel/clock.js';
import type { Level } from '../../mfa/assurance.js';
import { SecondFactors } from '../../mfa/second-factors.service.js';
import { SessionList } from './session-list.service.js';
import { recentAt, signInFirst } from './sign-in-request.js';
import { suffices } from './sign-in-strength.js';
import { Sessions, type SignedInPerson } from './sessions.service.js';

declare module 'express' {
  interface Request {
    person?: SignedInPerson;
  }
}

const STRENGTH = 'gatehouse:strength';

/**
 * Only for a person with a session.
 * `recently`: and whose sign-in was a short while ago, at the account's own highest level. That is what changing
 * a password or a factor takes: a session that was left open, or stolen, is not enough (ASVS 7.5.1).
 */
export const SignedIn = (strength: 'at-all' | 'recently' = 'at-all') =>
  applyDecorators(
    Access(strength === 'recently' ? 'signed in recently at full level' : 'signed in'),
    SetMetadata(STRENGTH, strength),
    UseGuards(SignedInGuard),
  );

/** Where there is no session, or it is too old or too weak, the answer is an authorization request like any application's. */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
    private readonly list: SessionList,
    private readonly secondFactors: SecondFactors,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<Request>();
    const res = context.switchToHttp().getResponse<Response>();
    const person = await this.sessions.current(req, res);
    if (!person) throw signInFirst(this.config, req);
    req.languageHints = { account: person.account.locale, timeZone: person.account.timeZone };

    if (this.reflector.get<string>(STRENGTH, context.getHandler()) === 'recently') {
      const level: Level = (await this.secondFactors.has(person.account.id)) ? 2 : 1;
      if (!suffices(person, { level, within: this.config.recentSignIn }, this.clock.now()))
        throw signInFirst(this.config, req, recentAt(this.config, level));
    }
    if (req.method === 'POST')
      noteSession((await this.list.startedAt(person.sessionUid)) ?? person.signedInAt);
    req.person = person;
    return true;
  }
}
