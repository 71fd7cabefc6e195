import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Form, type Submitted } from '../../http/form.js';
import { notFound } from '../../kernel/errors.js';
import { actorOf } from '../actor.js';
import { merged, type FormValues } from '../console/merged-form.js';
import { Operator } from '../console/operator.guard.js';
import { FORM_FIELDS } from './client-fields.js';
import { ClientForm, fromForm, toForm, type TypedClient } from './client-form.js';
import { ClientFormPage } from './client-form.page.js';
import { ClientPages } from './client-pages.js';
import { previewOf } from './client-preview.js';
import type { ManagedClient } from './managed-client.js';
import { ManagedClients } from './managed-clients.service.js';
import { SecretPage } from './secret.page.js';

/** Changing a client that operators made. What the form does not show is kept as it is. */
@Controller('admin/clients')
export class EditClientController {
  constructor(
    private readonly clients: ManagedClients,
    private readonly pages: ClientPages,
    private readonly form: ClientFormPage,
    private readonly secretPage: SecretPage,
  ) {}

  @Operator()
  @Get(':client/edit')
  async ask(@Req() req: Request, @Res() res: Response, @Param('client') part: string): Promise<void> {
    const client = await this.pages.ours(part);
    const mistakes = await this.clients.mistakesIn(client.fields, client.secret?.hasOld);
    this.show(req, res, client, toForm(client.fields), { mistakes });
  }

  @Operator()
  @Post(':client/edit')
  async save(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
    @Form(ClientForm) submitted: Submitted<ClientForm>,
  ): Promise<void> {
    const client = await this.pages.ours(part);
    if (!submitted.valid) return this.show(req, res, client, submitted.values, { errors: submitted.errors });
    const values = { ...submitted.form, client_id: client.id } as unknown as FormValues;
    const { fields, mistakes } = fromForm(values, client.fields);
    if (submitted.form.preview !== undefined)
      return this.preview(req, res, client, values, { fields, mistakes });
    if (mistakes.length > 0) return this.show(req, res, client, values, { mistakes });
    const version = Number(values['version']);
    if (version !== client.version) return this.showStale(req, res, client, values);
    const saved = await this.clients.update(actorOf(req), client.id, version, fields);
    if (saved.kind === 'mistaken') return this.show(req, res, client, values, { mistakes: saved.mistakes });
    if (saved.kind === 'stale') return this.showStale(req, res, await this.pages.ours(part), values);
    if (saved.kind !== 'done') throw notFound();
    if (saved.secret === undefined) return this.pages.done(res, client.id, 'client-changed');
    await this.secretPage.show(req, res, saved.client, saved.secret, { isNew: false });
  }

  /** What is typed, and how it would meet people. Nothing is saved. */
  private async preview(
    req: Request,
    res: Response,
    client: ManagedClient,
    values: FormValues,
    { fields, mistakes }: TypedClient,
  ): Promise<void> {
    const typed = { ...fields, client_id: client.id };
    this.show(req, res, client, values, {
      mistakes: mistakes.length > 0 ? mistakes : await this.clients.mistakesIn(typed, client.secret?.hasOld),
      preview: previewOf(typed, client.logo, client.id),
    });
  }

  /** Somebody else was faster. What both have done stands in the form then; saving again is a decision. */
  private showStale(req: Request, res: Response, client: ManagedClient, typed: FormValues): void {
    const { values, collisions } = merged(typed, toForm(client.fields));
    this.show(req, res, client, values, {
      collisions: collisions.map((each) => ({ ...each, label: labelOf(each.field) })),
      isStale: true,
    });
  }

  private show(
    req: Request,
    res: Response,
    client: ManagedClient,
    values: FormValues,
    data: Record<string, unknown> = {},
  ): void {
    this.form.show(req, res, 'edit', {
      client,
      values,
      // What comes back with a preview or a mistake was begun with what its writer saw then: somebody else may be faster yet.
      version: values['version'] ?? client.version,
      seen: values['seen'] ?? JSON.stringify(toForm(client.fields)),
      action: this.pages.url(client.id, '/edit'),
      cancelUrl: this.pages.url(client.id),
      ...data,
    });
  }
}

/** Message; undefined: it is called what it is called in a file. */
function labelOf(name: string): string | undefined {
  return name === 'rest' ? 'admin.clients.rest' : FORM_FIELDS.find((field) => field.name === name)?.label;
}
