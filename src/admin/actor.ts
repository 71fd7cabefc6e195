import type { Request } from 'express';
import type { Role } from '../users/operators.service.js';

/**
 * Who does what operators do, for the audit log: the shell, an operator on the pages (the account's id), or a program by the API
 * (`client:` and its id).
 */
export interface Actor {
  readonly by: string;
  /** Of somebody on the pages; absent for the shell and for a program. */
  readonly role?: Role | undefined;
  /** A program by the API: what it may do at all was looked at before. */
  readonly isProgram?: true;
  /** Where it came from; absent for the shell. */
  readonly req?: Request;
}

export const SHELL: Actor = { by: 'shell' };

/** On a page behind one of the operators' markers. */
export function actorOf(req: Request): Actor {
  return { by: req.person!.account.id, role: req.role!, req };
}

/** Behind the API's marker. */
export function programActor(req: Request, clientId: string): Actor {
  return { by: `client:${clientId}`, isProgram: true, req };
}
