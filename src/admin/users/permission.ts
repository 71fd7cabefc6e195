import { Injectable } from '@nestjs/common';
import type { Account } from '../../users/account.entity.js';
import { Operators } from '../../users/operators.service.js';
import type { Actor } from '../actor.js';
import { mayHelp } from '../console/may-help.js';
import { refused, type Refused } from './acted.js';

/** What an action asks for beside its route's marker. */
export interface Demanded {
  /** The help desk may not. */
  readonly operator?: boolean;
  /** Nobody does it to themselves. */
  readonly notOneself?: boolean;
}

/** Who may act on whose account. Every action asks it first, whatever page or program it is called from. */
@Injectable()
export class Permission {
  constructor(private readonly operators: Operators) {}

  /** @returns undefined: go on */
  async refusal(
    { by, role, isProgram }: Actor,
    { id }: Pick<Account, 'id'>,
    { operator = false, notOneself = false }: Demanded = {},
  ): Promise<Refused | undefined> {
    if (operator && role === 'help-desk') return refused('operators-only');
    // Whoever can act on an operator's account can become that operator: no program does.
    if (isProgram && (await this.operators.roleOf(id))) return refused('may-not-help');
    if (role && !mayHelp(role, await this.operators.roleOf(id))) return refused('may-not-help');
    return notOneself && by === id ? refused('oneself') : undefined;
  }
}
