import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Application } from '../../applications/application.js';
import type { ClientMistake } from '../../clients/client-rules.js';
import { Config } from '../../config/config.js';
import { Form, type FieldErrors, type Submitted } from '../../http/form.js';
import { notFound } from '../../kernel/errors.js';
import { actorOf } from '../actor.js';
import type { FormValues } from '../console/merged-form.js';
import { Operator } from '../console/operator.guard.js';
import { ClientForm, fromForm, toForm, type TypedClient } from './client-form.js';
import { ClientFormPage } from './client-form.page.js';
import { ClientPages } from './client-pages.js';
import { previewOf } from './client-preview.js';
import { ManagedClients } from './managed-clients.service.js';
import { SecretPage } from './secret.page.js';
import { TEMPLATES } from './templates.js';

/** What stands here gets into settings that are pasted into files and shells: nothing that means something there. */
const ADDRESS = /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*\/?$/;
/** A well-known application, as a template: `for-grafana`. */
const FOR = 'for-';

const TAKEN: ClientMistake = { field: 'client_id', what: 'client_id: it is taken' };

/** A new client: what kind it is, then its form, filled in as far as that says. */
@Controller('admin/clients/new')
export class NewClientController {
  constructor(
    private readonly config: Config,
    private readonly clients: ManagedClients,
    private readonly pages: ClientPages,
    private readonly form: ClientFormPage,
    private readonly secretPage: SecretPage,
  ) {}

  @Operator()
  @Get()
  async choose(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.showChoice(req, res, {});
  }

  @Operator()
  @Post()
  async chosen(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { application: id, address } = req.body as Record<string, unknown>;
    const application = (await catalogue()).find((each) => each.id === id);
    if (!application) return this.showChoice(req, res, { application: 'admin.first-client.no-application' });
    if (typeof address !== 'string' || address.length > 200 || !ADDRESS.test(address.trim()))
      return this.showChoice(req, res, { address: 'admin.first-client.address-refused' });
    const { clientAt } = await import('../../applications/values.js');
    const fields = clientAt(application, address.trim().replace(/\/$/, ''), {});
    this.show(req, res, FOR + application.id, toForm(fields), { title: application.name });
  }

  @Operator()
  @Get(':template')
  ask(@Req() req: Request, @Res() res: Response, @Param('template') template: string): void {
    const fields = TEMPLATES.find(({ name }) => name === template)?.fields;
    if (!fields) throw notFound();
    this.show(req, res, template, toForm(fields));
  }

  @Operator()
  @Post(':template')
  async create(
    @Req() req: Request,
    @Res() res: Response,
    @Param('template') template: string,
    @Form(ClientForm) submitted: Submitted<ClientForm>,
  ): Promise<void> {
    const application = (await catalogue()).find(({ id }) => FOR + id === template);
    if (!application && !TEMPLATES.some(({ name }) => name === template)) throw notFound();
    if (!submitted.valid)
      return this.show(req, res, template, submitted.values, { errors: submitted.errors });
    const values = { ...submitted.form } as unknown as FormValues;
    const { fields, mistakes } = fromForm(values, {});
    if (submitted.form.preview !== undefined)
      return this.preview(req, res, template, values, { fields, mistakes });
    if (mistakes.length > 0) return this.show(req, res, template, values, { mistakes });
    const made = await this.clients.create(actorOf(req), fields);
    if (made.kind === 'mistaken') return this.show(req, res, template, values, { mistakes: made.mistakes });
    if (made.kind === 'taken') return this.show(req, res, template, values, { mistakes: [TAKEN] });
    if (made.kind !== 'done') throw notFound();
    const { client, secret } = made;
    if (secret === undefined) return this.pages.done(res, client.id, 'client-made');
    await this.secretPage.show(req, res, client, secret, { isNew: true, application });
  }

  /** What is typed, and how it would meet people. Nothing is saved. */
  private async preview(
    req: Request,
    res: Response,
    template: string,
    values: FormValues,
    { fields, mistakes: unread }: TypedClient,
  ): Promise<void> {
    const mistakes = unread.length > 0 ? unread : await this.clients.mistakesIn(fields);
    const isTaken = mistakes.length === 0 && (await this.clients.find(fields['client_id'] as string));
    this.show(req, res, template, values, {
      mistakes: isTaken ? [TAKEN] : mistakes,
      preview: previewOf(fields, undefined, this.pages.text(req, 'admin.clients.new.title')),
    });
  }

  private async showChoice(req: Request, res: Response, errors: FieldErrors): Promise<void> {
    const body = (req.body ?? {}) as Record<string, unknown>;
    this.pages.show(
      req,
      res,
      'choose',
      {
        templates: TEMPLATES.map((template) => ({
          ...template,
          path: `/admin/clients/new/${template.name}`,
        })),
        applications: (await catalogue()).map(({ id, name }: Application) => ({
          id,
          name,
          selected: id === body['application'],
        })),
        address: typeof body['address'] === 'string' ? body['address'] : '',
        action: this.pages.newUrl(),
        fileUrl: `${this.config.basePath}/admin/first-client`,
        errors,
        self: '/admin/clients/new',
      },
      Object.keys(errors).length > 0 ? 422 : 200,
    );
  }

  private show(
    req: Request,
    res: Response,
    template: string,
    values: FormValues,
    data: Record<string, unknown> = {},
  ): void {
    this.form.show(req, res, 'new', {
      values,
      action: this.pages.newUrl(template),
      cancelUrl: this.pages.newUrl(),
      serviceUrl: this.config.issuer,
      // A change of language would show the form without what was typed.
      self: '/admin/clients/new',
      ...data,
    });
  }
}

/** Loaded when somebody wants to see it (docs/decisions/0031). */
async function catalogue(): Promise<readonly Application[]> {
  return (await import('../../applications/catalogue.js')).APPLICATIONS;
}
