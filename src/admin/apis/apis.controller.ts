import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { stringify } from 'yaml';
import { apiInOrder } from '../../clients/api-draft.js';
import { clientPath } from '../clients/client-path.js';
import { Operator } from '../console/operator.guard.js';
import { ApiPages } from './api-pages.js';
import { ApiUsers, MOST_USERS, type ApiUser } from './api-users.js';
import { DeclaredThings } from './declared-things.js';
import { ManagedApis } from './managed-apis.service.js';

/** APIs with their scopes, types of authorization details and claims, whoever declares them. Nothing is changed here. */
@Controller('admin/apis')
export class ApisController {
  constructor(
    private readonly apis: ManagedApis,
    private readonly users: ApiUsers,
    private readonly things: DeclaredThings,
    private readonly pages: ApiPages,
  ) {}

  @Operator('at-all')
  @Get()
  async list(@Req() req: Request, @Res() res: Response, @Query('after') asked: unknown): Promise<void> {
    const after = text(asked);
    const { apis, next } = await this.apis.list({ after });
    // What only the file declares stands on the first page, below the APIs.
    const things = after === '' ? await this.things.all() : { types: [], claims: [] };
    this.pages.show(req, res, 'list', {
      apis: apis.map((api) => ({
        ...api,
        url: this.pages.url(api.identifier),
        originWords: this.pages.originWords(api),
        isOurs: api.origin === 'operator',
      })),
      ...things,
      isFirst: after === '',
      newUrl: this.pages.newUrl(),
      nextUrl: next && `${this.pages.url()}?${new URLSearchParams({ after: next }).toString()}`,
      self: '/admin/apis',
    });
  }

  @Operator('at-all')
  @Get(':api')
  async one(@Req() req: Request, @Res() res: Response, @Param('api') part: string): Promise<void> {
    const api = await this.pages.api(part);
    const { identifier, origin, fields, clientId } = api;
    const isOurs = origin === 'operator';
    const { users, isMore } = await this.users.of(api);
    this.pages.show(req, res, 'api', {
      title: api.name,
      api,
      isJwt: api.format === 'jwt',
      originWords: this.pages.originWords(api),
      isOurs,
      mistakes: this.pages.told(req, isOurs ? await this.apis.mistakesIn(fields) : []),
      clientUrl: clientId && this.pages.clientUrl(clientPath(clientId)),
      users: users.map((user) => this.shownUser(user, api.scopes.length)),
      more: isMore && MOST_USERS,
      yaml: stringify({ apis: [apiInOrder(fields)] }, { lineWidth: 0 }).trimEnd(),
      editUrl: this.pages.url(identifier, '/edit'),
      removeUrl: this.pages.url(identifier, '/remove'),
    });
  }

  private shownUser({ id, name, scopes, exchanges }: ApiUser, all: number) {
    return {
      name,
      url: this.pages.clientUrl(clientPath(id)),
      asks: scopes !== undefined,
      hasAll: scopes?.length === all,
      scopes: scopes ?? [],
      exchanges,
    };
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\p{C}/gu, '').slice(0, 255) : '';
}
