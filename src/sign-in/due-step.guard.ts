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
import { Access } from '../http/access.js';
import { SeeOther } from '../kernel/errors.js';
import { SignIns, type SignInState } from './sign-in.service.js';
import type { Step } from './next-step.js';

declare module 'express' {
  interface Request {
    signIn?: SignInState;
  }
}

const DUE = 'gatehouse:due-step';

/** Only while this step of the interaction is the due one; otherwise the dispatcher says which is. */
export const DueStep = (kind: Step['kind'] | 'consent' | 'entry' | 'any') =>
  applyDecorators(Access(`interaction: ${kind}`), SetMetadata(DUE, kind), UseGuards(DueStepGuard));

@Injectable()
export class DueStepGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly signIns: SignIns,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<Request>();
    const state = await this.signIns.state(req, context.switchToHttp().getResponse<Response>());
    const required = this.reflector.get<string>(DUE, context.getHandler());
    const due = state.interaction.answered
      ? 'answered'
      : state.interaction.prompt === 'login'
        ? state.step.kind
        : state.interaction.prompt;
    if (required !== 'any' && required !== due) throw new SeeOther(`/interaction/${state.interaction.uid}`);
    req.signIn = state;
    return true;
  }
}
