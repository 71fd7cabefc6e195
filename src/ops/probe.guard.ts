import {
  applyDecorators,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request } from 'express';
import { Access } from '../http/access.js';
import { notFound } from '../kernel/errors.js';
import { Challenges } from '../mfa/challenges.js';
import { PROBE_CEREMONY, PROBE_HEADER } from './probe.js';

/**
 * Only for who knows the master secret, once for each challenge and within its five minutes. Everybody else is told what is
 * told of an address that does not exist.
 */
export const OneTimeProbe = () =>
  applyDecorators(Access('one-time challenge of the master secret'), UseGuards(ProbeGuard));

@Injectable()
export class ProbeGuard implements CanActivate {
  constructor(private readonly challenges: Challenges) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const challenge = context.switchToHttp().getRequest<Request>().get(PROBE_HEADER) ?? '';
    if (!(await this.challenges.spend(challenge, 'probe', PROBE_CEREMONY))) throw notFound();
    return true;
  }
}
