import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  SetMetadata,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { GatehouseScope } from '../../clients/gatehouse-api.js';
import { Access } from '../../http/access.js';
import { Problem } from '../../kernel/problem.js';
import { OwnApi, type ApiCaller } from '../../oidc/apis/own-api.service.js';
import { programActor, type Actor } from '../actor.js';
import { AnswerInterceptor } from './api.answers.js';
import { readAsked } from './asked.js';
import type { Asked, Operation } from './operation.js';

declare module 'express' {
  interface Request {
    /** Of a route of the API: which client asks, and what it sent, checked. */
    api?: { readonly caller: ApiCaller; readonly asked: Asked<Operation> };
  }
}

export const OPERATION = 'gatehouse:operation';
export const SCOPE = 'gatehouse:scope';
type ShortScope = GatehouseScope extends `gatehouse:${infer Short}` ? Short : never;

/** A route of the API, for whoever shows a token with this scope. */
export const Api = (scope: ShortScope, operation: Operation) =>
  applyDecorators(
    Access(`API: gatehouse:${scope}`),
    SetMetadata(SCOPE, `gatehouse:${scope}`),
    SetMetadata(OPERATION, operation),
    UseGuards(ApiGuard),
    UseInterceptors(AnswerInterceptor),
  );

/**
 * Asks each request anew who sends it: a token, and nothing else. A cookie says nothing here, so no page of another site has
 * anything to ride on. What is sent is read only afterwards.
 */
@Injectable()
export class ApiGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly api: OwnApi,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<Request>();
    const scope = this.reflector.get<string>(SCOPE, context.getHandler());
    const operation = this.reflector.get<Operation>(OPERATION, context.getHandler());
    const verdict = await this.api.callerOf(req);
    if (verdict.kind === 'none') throw unauthorized();
    if (verdict.kind === 'refused') throw refused(verdict.error, verdict.why);
    if (!verdict.caller.scopes.has(scope)) throw insufficient(scope);
    req.api = { caller: verdict.caller, asked: await readAsked(operation, req) };
    return true;
  }
}

/** What was asked, as its operation describes it: `@Sent() { path, body }: Asked<typeof RENAME>`. */
export const Sent = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Request>().api!.asked,
);

/** Who does it, for the audit log. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const req = context.switchToHttp().getRequest<Request>();
  return programActor(req, req.api!.caller.clientId);
});

/** RFC 6750, section 3: both ways a token may be shown. */
const challenges = (more = '') => [`Bearer realm="Gatehouse"${more}`, `DPoP algs="ES256 PS256 EdDSA"${more}`];

function unauthorized(): Problem {
  return new Problem('unauthorized', undefined, { headers: { 'WWW-Authenticate': challenges() } });
}

function refused(kind: 'invalid-token' | 'invalid-dpop-proof', why: string): Problem {
  const error = kind.replaceAll('-', '_');
  const more = `, error="${error}", error_description="${why}"`;
  return new Problem(kind, why, { headers: { 'WWW-Authenticate': challenges(more) } });
}

function insufficient(scope: string): Problem {
  const more = `, error="insufficient_scope", scope="${scope}"`;
  return new Problem('insufficient-scope', `it needs the scope ${scope}`, {
    headers: { 'WWW-Authenticate': challenges(more) },
  });
}
