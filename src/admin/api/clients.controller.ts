import { Controller, Delete, Get, Post, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '../../kernel/problem.js';
import type { Actor } from '../actor.js';
import type { Done, ManagedClient, Refused } from '../clients/managed-client.js';
import { ManagedClients } from '../clients/managed-clients.service.js';
import { Api, By, Sent } from './api.guard.js';
import {
  Client,
  ClientAndSecret,
  ClientFields,
  ClientId,
  clientOf,
  ListedClient,
  Origin,
} from './client.shape.js';
import { Answer, nothing, ok, operation, type Asked } from './operation.js';
import { AFTER, LIMIT } from './paging.js';
import { optional, pageOf, text } from './schema.js';
import { assertMatches, isOfWhatWasSeen, tagOf } from './tags.js';

const path = { client_id: ClientId };
const problems = ['forbidden', 'conflict'] as const;

const LIST = operation({
  id: 'listClients',
  summary: 'Applications, whoever says what they are, by their id',
  query: {
    search: optional(text({ description: 'A part of an id or a name' })),
    origin: optional(Origin),
    limit: LIMIT,
    after: AFTER,
  },
  answers: { 200: pageOf('ClientPage', ListedClient) },
});
const SHOW = operation({
  id: 'getClient',
  summary: 'One application',
  description: 'No secret is in it.',
  path,
  answers: { 200: Client },
  tagged: true,
});
const PUT = operation({
  id: 'putClient',
  summary: 'Makes an application, or changes one',
  description:
    'The fields are those of the clients file, all of them: what is not there is gone. A secret is made where one is needed, and shown once; if that answer was lost, renew it. What the clients file declares, and what registered itself, is not changed here.',
  path,
  body: ClientFields,
  answers: { 200: ClientAndSecret, 201: ClientAndSecret },
  tagged: true,
  problems,
});
const RENEW = operation({
  id: 'renewClientSecret',
  summary: 'Makes another secret',
  description: 'It counts at once. The one before counts as well until it is ended, where two are possible.',
  path,
  answers: { 201: ClientAndSecret },
  problems,
});
const END = operation({
  id: 'endOldClientSecret',
  summary: 'Lets the secret before count no more',
  path,
  answers: { 204: null },
  problems,
});
const DELETE = operation({
  id: 'deleteClient',
  summary: 'Removes an application, with everything it holds',
  path,
  answers: { 204: null },
  tagged: true,
  problems,
});

/** Applications. Only those that operators made are changed here. */
@Controller('api/v1/clients')
export class ClientsController {
  constructor(private readonly clients: ManagedClients) {}

  @Api('clients.read', LIST)
  @Get()
  async list(@Sent() { query }: Asked<typeof LIST>): Promise<Answer> {
    const { search = '', origin = '', after = '', limit } = query;
    const page = await this.clients.list({ search, origin, after, limit });
    return ok({ items: page.clients, next: page.next ?? null });
  }

  @Api('clients.read', SHOW)
  @Get(':client_id')
  async show(@Sent() { path }: Asked<typeof SHOW>): Promise<Answer> {
    const client = clientOf(await this.find(path.client_id));
    return ok(client, { ETag: tagOf(client) });
  }

  @Api('clients.write', PUT)
  @Put(':client_id')
  async put(
    @Sent() { path: { client_id }, body }: Asked<typeof PUT>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    let before = await this.clients.find(client_id);
    assertMatches(req, before && clientOf(before));
    const fields = { ...body, client_id };
    if (!before) {
      const made = await this.clients.create(by, fields);
      if (made.kind !== 'taken') return shown(done(made), 201);
      // Whoever was faster at this very moment has made it.
      before = await this.find(client_id);
      assertMatches(req, clientOf(before));
    }
    assertOurs(before);
    const updated = await this.clients.update(by, client_id, before.version, fields);
    return shown(done(updated, isOfWhatWasSeen(req)));
  }

  @Api('clients.write', RENEW)
  @Post(':client_id/secret')
  async renew(@Sent() { path }: Asked<typeof RENEW>, @By() by: Actor): Promise<Answer> {
    const client = await this.find(path.client_id);
    assertOurs(client);
    if (!client.secret) throw new Problem('conflict', 'this application uses no secret');
    return shown(done(await this.clients.rotateSecret(by, client.id, client.version)), 201);
  }

  @Api('clients.write', END)
  @Post(':client_id/end-old-secret')
  async end(@Sent() { path }: Asked<typeof END>, @By() by: Actor): Promise<Answer> {
    const client = await this.find(path.client_id);
    assertOurs(client);
    // That there is none any more is what was wanted.
    await this.clients.endOldSecret(by, client.id);
    return nothing();
  }

  @Api('clients.write', DELETE)
  @Delete(':client_id')
  async delete(
    @Sent() { path }: Asked<typeof DELETE>,
    @By() by: Actor,
    @Req() req: Request,
  ): Promise<Answer> {
    const client = await this.find(path.client_id);
    assertMatches(req, clientOf(client));
    assertOurs(client);
    const seen = isOfWhatWasSeen(req) ? client.version : undefined;
    const { kind } = await this.clients.remove(by, client.id, seen);
    if (kind === 'removed') return nothing();
    // Somebody was faster: it is another one now, or the clients file's, or gone.
    if (kind === 'stale' || seen !== undefined) throw new Problem('changed-meanwhile');
    assertOurs(await this.find(client.id));
    throw new Problem('conflict', 'it was changed at this very moment: read it again');
  }

  private async find(id: string): Promise<ManagedClient> {
    const client = await this.clients.find(id);
    if (!client) throw new Problem('not-found', 'there is no such application');
    return client;
  }
}

/** @throws Problem */
function assertOurs({ origin }: ManagedClient): void {
  if (origin === 'operator') return;
  const who =
    origin === 'file' ? 'the clients file says what it is' : 'the application says itself what it is';
  throw new Problem('forbidden', `${who}: it is not changed here`);
}

/**
 * @param isConditional only what was seen is to be changed
 * @throws Problem
 */
function done(outcome: Done | Refused, isConditional = false): Done {
  switch (outcome.kind) {
    case 'done':
      return outcome;
    case 'mistaken':
      throw new Problem('not-valid', undefined, {
        mistakes: outcome.mistakes.map(({ field, what }) => ({
          at: field ? `#/${field}` : '#',
          detail: what,
        })),
      });
    case 'taken':
      throw new Problem('conflict', 'another application has this id');
    case 'stale':
    case 'not-here':
      if (isConditional) throw new Problem('changed-meanwhile');
      throw new Problem('conflict', 'it was changed at this very moment: read it again');
  }
}

function shown({ client, secret }: Pick<Done, 'client' | 'secret'>, status = 200): Answer {
  const described = clientOf(client);
  return new Answer(status, { client: described, secret: secret ?? null }, { ETag: tagOf(described) });
}
