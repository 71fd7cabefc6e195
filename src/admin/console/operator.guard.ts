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
import { Clock } from '../../kernel/clock.js';
import { notFound, operatorsOnly } from '../../kernel/errors.js';
import { Sessions } from '../../oidc/sessions/sessions.service.js';
import { recentAt, signInFirst } from '../../oidc/sessions/sign-in-request.js';
import { suffices } from '../../oidc/sessions/sign-in-strength.js';
import { isImpossible } from '../../users/identifiers.js';
import { Operators, type Role } from '../../users/operators.service.js';

declare module 'express' {
  interface Request {
    /** Of an operator's page: what whoever asks for it may do there. */
    role?: Role;
  }
}

const DEMAND = 'gatehouse:operator';
interface Demand {
  readonly roles: readonly Role[];
  readonly strength: Strength;
}
/** `recently`: the sign-in was a short while ago, which every change takes. Looking takes a session with two factors. */
type Strength = 'recently' | 'at-all';

const marker = (who: string, roles: readonly Role[], strength: Strength) =>
  applyDecorators(
    Access(`${who}, signed in ${strength === 'recently' ? 'recently ' : ''}with two factors`),
    SetMetadata(DEMAND, { roles, strength } satisfies Demand),
    UseGuards(OperatorGuard),
  );

/** Only for an operator with every right. */
export const Operator = (strength: Strength = 'recently') => marker('operator', ['operator'], strength);

/** For the help desk, and for an operator. What concerns an operator's own account is for the handler to refuse (may-help.ts). */
export const HelpDesk = (strength: Strength = 'recently') =>
  marker('help desk or operator', ['operator', 'help-desk'], strength);

/** The role is asked at each request: whoever lost it is out at once, whatever session is still open. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
    private readonly operators: Operators,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<Request>();
    const res = context.switchToHttp().getResponse<Response>();
    const { roles, strength } = this.reflector.get<Demand>(DEMAND, context.getHandler());
    const person = await this.sessions.current(req, res);
    if (!person) throw signInFirst(this.config, req);
    req.languageHints = { account: person.account.locale, timeZone: person.account.timeZone };
    const role = await this.operators.roleOf(person.account.id);
    if (!role || !roles.includes(role)) throw operatorsOnly();
    // Nothing here is called so, and PostgreSQL cannot even be asked for it.
    if (Object.values(req.params).some((value) => isImpossible(String(value)))) throw notFound();

    const within = strength === 'recently' ? this.config.recentSignIn : undefined;
    if (!suffices(person, { level: 2, within }, this.clock.now()))
      throw signInFirst(this.config, req, recentAt(this.config, 2));
    req.person = person;
    req.role = role;
    return true;
  }
}
