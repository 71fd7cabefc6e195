import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ClientMistake } from '../../clients/client-rules.js';
import { ClientRefusals, type Refusal } from '../../clients/client-refusals.service.js';
import { notFound } from '../../kernel/errors.js';
import { actorOf } from '../actor.js';
import { Operator } from '../console/operator.guard.js';
import { ClientPages } from './client-pages.js';
import type { ManagedClient } from './managed-client.js';
import { ManagedClients } from './managed-clients.service.js';
import { shownRefusal } from './refusals.words.js';

interface Asked {
  readonly client: ManagedClient;
  readonly refusal: Refusal;
}

/**
 * Adds an address that was refused, exactly as it was sent. Anybody can have an address refused: so whoever adds one sees it
 * beside those that are registered, and confirms it; what is added is what is stored, and never what the form says.
 */
@Controller('admin/clients')
export class RefusedController {
  constructor(
    private readonly clients: ManagedClients,
    private readonly refusals: ClientRefusals,
    private readonly pages: ClientPages,
  ) {}

  @Operator()
  @Get(':client/refused/:refusal')
  async ask(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
    @Param('refusal') id: string,
  ): Promise<void> {
    this.show(req, res, await this.asked(part, id));
  }

  @Operator()
  @Post(':client/refused/:refusal')
  async add(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
    @Param('refusal') id: string,
  ): Promise<void> {
    const asked = await this.asked(part, id);
    const added = await this.clients.addRedirectUri(actorOf(req), asked.client.id, asked.refusal.value);
    if (added.kind === 'mistaken') return this.show(req, res, asked, added.mistakes);
    if (added.kind === 'stale') return this.show(req, res, await this.asked(part, id), [], true);
    if (added.kind !== 'done') throw notFound();
    await this.refusals.forget(id);
    this.pages.done(res, asked.client.id, 'client-address-added');
  }

  private async asked(part: string, id: string): Promise<Asked> {
    const client = await this.pages.ours(part);
    const refusal = await this.refusals.find(client.id, id);
    if (!refusal || !shownRefusal(refusal, client).canBeAdded) throw notFound();
    return { client, refusal };
  }

  private show(
    req: Request,
    res: Response,
    { client, refusal }: Asked,
    mistakes: readonly ClientMistake[] = [],
    isStale = false,
  ): void {
    this.pages.show(
      req,
      res,
      'refused',
      {
        client,
        refusal: shownRefusal(refusal, client),
        registered: client.metadata['redirect_uris'],
        mistakes: this.pages.told(req, mistakes),
        action: this.pages.url(client.id, `/refused/${refusal.id}`),
        cancelUrl: this.pages.url(client.id),
        ...(isStale ? { errors: { form: 'admin.clients.stale' } } : {}),
      },
      mistakes.length > 0 || isStale ? 422 : 200,
    );
  }
}
