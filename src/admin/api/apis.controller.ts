import { Controller, Delete, Get, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '../../kernel/problem.js';
import type { Actor } from '../actor.js';
import type { ApiDone, ApiRefused, ManagedApi } from '../apis/managed-api.js';
import { ManagedApis } from '../apis/managed-apis.service.js';
import { Api, By, Sent } from './api.guard.js';
import { ApiDescribed, apiDescribed, apiFields, ApiIdentifier, ApiToBe, placedMistake } from './api.shape.js';
import { Answer, nothing, ok, operation, type Asked } from './operation.js';
import { AFTER, LIMIT } from './paging.js';
import { pageOf } from './schema.js';
import { assertMatches, tagOf } from './tags.js';

const path = { identifier: ApiIdentifier };
const problems = ['forbidden', 'conflict'] as const;

const LIST = operation({
  id: 'listApis',
  summary: 'APIs, whoever says what they are, by their identifier',
  query: { limit: LIMIT, after: AFTER },
  answers: { 200: pageOf('ApiPage', ApiDescribed) },
});
const SHOW = operation({
  id: 'getApi',
  summary: 'One API',
  path,
  answers: { 200: ApiDescribed },
  tagged: true,
});
const PUT = operation({
  id: 'putApi',
  summary: 'Makes an API, or changes one',
  description:
    'All of it: what is not there is gone. It counts for the next token. What the clients file declares is not changed here.',
  path,
  body: ApiToBe,
  answers: { 200: ApiDescribed, 201: ApiDescribed },
  tagged: true,
  problems,
});
const DELETE = operation({
  id: 'deleteApi',
  summary: 'Removes an API; no token is issued for it any more',
  description:
    'A JWT that the API checks by itself is good until it expires. What people have allowed at it, and which applications name it, stays.',
  path,
  answers: { 204: null },
  tagged: true,
  problems,
});

/** APIs. Only those that operators made are changed here. */
@Controller('api/v1/apis')
export class ApisController {
  constructor(private readonly apis: ManagedApis) {}

  @Api('clients.read', LIST)
  @Get()
  async list(@Sent() { query }: Asked<typeof LIST>): Promise<Answer> {
    const { after = '', limit } = query;
    const page = await this.apis.list({ after, limit });
    return ok({ items: page.apis.map(apiDescribed), next: page.next ?? null });
  }

  @Api('clients.read', SHOW)
  @Get(':identifier')
  async show(@Sent() { path }: Asked<typeof SHOW>): Promise<Answer> {
    return shown(await this.find(path.identifier));
  }

  @Api('clients.write', PUT)
  @Put(':identifier')
  async put(
    @Sent() { path: { identifier }, body }: Asked<typeof PUT>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    const before = await this.apis.find(identifier);
    assertMatches(req, before && apiDescribed(before));
    const fields = apiFields(identifier, body);
    if (!before) return shown(done(await this.apis.create(by, fields)).api, 201);
    assertOurs(before);
    return shown(done(await this.apis.update(by, identifier, before.version, fields)).api);
  }

  @Api('clients.write', DELETE)
  @Delete(':identifier')
  async delete(
    @Sent() { path: { identifier } }: Asked<typeof DELETE>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    const api = await this.find(identifier);
    assertMatches(req, apiDescribed(api));
    assertOurs(api);
    const { kind } = await this.apis.remove(by, identifier, api.version);
    if (kind === 'removed') return nothing();
    // Somebody was faster: it is another one now, or the clients file's, or gone.
    if (req.get('if-match') !== undefined) throw new Problem('changed-meanwhile');
    throw new Problem('conflict', 'it was changed at this very moment: read it again');
  }

  private async find(identifier: string): Promise<ManagedApi> {
    const api = await this.apis.find(identifier);
    if (!api) throw new Problem('not-found', 'there is no such API');
    return api;
  }
}

/** @throws Problem */
function assertOurs({ origin }: ManagedApi): void {
  if (origin === 'file')
    throw new Problem('forbidden', 'the clients file says what it is: it is not changed here');
}

/** @throws Problem */
function done(outcome: ApiDone | ApiRefused): ApiDone {
  switch (outcome.kind) {
    case 'done':
      return outcome;
    case 'mistaken':
      throw new Problem('not-valid', undefined, { mistakes: outcome.mistakes.map(placedMistake) });
    case 'taken':
      throw new Problem('conflict', 'there is an API of this identifier already');
    case 'stale':
    case 'not-here':
      throw new Problem('conflict', 'it was changed at this very moment: read it again');
  }
}

function shown(api: ManagedApi, status = 200): Answer {
  const described = apiDescribed(api);
  return new Answer(status, described, { ETag: tagOf(described) });
}
