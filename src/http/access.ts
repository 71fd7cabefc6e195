import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { undeclaredAccess } from '../kernel/errors.js';

export const ACCESS = 'gatehouse:access';

/** Names a route's access level; a marker of a folder further right adds the guard that enforces its level. */
export const Access = (level: string) => SetMetadata(ACCESS, level);

/** Open to everyone. */
export const Public = () => Access('public');

/** Refuses every route that says nothing about its access: forgetting the marker closes the door instead of opening it. */
@Injectable()
export class DeclaredAccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (!this.reflector.get<string>(ACCESS, context.getHandler())) {
      throw undeclaredAccess(`${context.getClass().name}.${context.getHandler().name} declares no access`);
    }
    return true;
  }
}
