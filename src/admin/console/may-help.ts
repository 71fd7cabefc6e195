import type { Role } from '../../users/operators.service.js';

/**
 * Whether somebody of this role may act on an account. Whoever can reset a password can become its owner: the help desk must not
 * become an operator in that way, nor another member of the help desk.
 * @param target the role of the account that is acted on
 */
export function mayHelp(role: Role, target: Role | undefined): boolean {
  return role === 'operator' || target === undefined;
}
