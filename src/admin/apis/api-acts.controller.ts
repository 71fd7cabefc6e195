import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Form, type Submitted } from '../../http/form.js';
import { IsString } from '../../http/rules.js';
import { notFound } from '../../kernel/errors.js';
import { actorOf } from '../actor.js';
import { merged, type FormValues } from '../console/merged-form.js';
import { Operator } from '../console/operator.guard.js';
import { ApiForm, fromForm, toForm } from './api-form.js';
import { ApiPages } from './api-pages.js';
import { ApiUsers } from './api-users.js';
import type { ManagedApi } from './managed-api.js';
import { ManagedApis } from './managed-apis.service.js';

class RemoveForm {
  @IsString({ message: 'admin.apis.remove.mismatch' })
  confirm!: string;
}

/** Making, changing and removing APIs; each on a page of its own. */
@Controller('admin/apis')
export class ApiActsController {
  constructor(
    private readonly apis: ManagedApis,
    private readonly users: ApiUsers,
    private readonly pages: ApiPages,
  ) {}

  @Operator()
  @Get('new')
  ask(@Req() req: Request, @Res() res: Response): void {
    this.showNew(req, res, toForm({}));
  }

  @Operator()
  @Post('new')
  async create(
    @Req() req: Request,
    @Res() res: Response,
    @Form(ApiForm) submitted: Submitted<ApiForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showNew(req, res, submitted.values, { errors: submitted.errors });
    const values = { ...submitted.form } as unknown as FormValues;
    const made = await this.apis.create(actorOf(req), fromForm(values, {}));
    if (made.kind === 'done') return this.pages.done(res, made.api.identifier, 'api-made');
    const mistakes =
      made.kind === 'mistaken'
        ? made.mistakes
        : [{ field: 'identifier', what: 'identifier: it is an API already' }];
    this.showNew(req, res, values, { mistakes });
  }

  @Operator()
  @Get(':api/edit')
  async edit(@Req() req: Request, @Res() res: Response, @Param('api') part: string): Promise<void> {
    const api = await this.pages.ours(part);
    const mistakes = await this.apis.mistakesIn(api.fields);
    this.showEdit(req, res, api, toForm(api.fields), { mistakes });
  }

  @Operator()
  @Post(':api/edit')
  async save(
    @Req() req: Request,
    @Res() res: Response,
    @Param('api') part: string,
    @Form(ApiForm) submitted: Submitted<ApiForm>,
  ): Promise<void> {
    const api = await this.pages.ours(part);
    if (!submitted.valid) return this.showEdit(req, res, api, submitted.values, { errors: submitted.errors });
    const values = { ...submitted.form, identifier: api.identifier } as unknown as FormValues;
    const version = Number(values['version']);
    if (version !== api.version) return this.showStale(req, res, api, values);
    const saved = await this.apis.update(actorOf(req), api.identifier, version, fromForm(values, api.fields));
    if (saved.kind === 'mistaken') return this.showEdit(req, res, api, values, { mistakes: saved.mistakes });
    if (saved.kind === 'stale') return this.showStale(req, res, await this.pages.ours(part), values);
    if (saved.kind !== 'done') throw notFound();
    this.pages.done(res, api.identifier, 'api-changed');
  }

  @Operator()
  @Get(':api/remove')
  async askRemove(@Req() req: Request, @Res() res: Response, @Param('api') part: string): Promise<void> {
    await this.showRemove(req, res, await this.pages.ours(part));
  }

  @Operator()
  @Post(':api/remove')
  async remove(
    @Req() req: Request,
    @Res() res: Response,
    @Param('api') part: string,
    @Form(RemoveForm) submitted: Submitted<RemoveForm>,
  ): Promise<void> {
    const api = await this.pages.ours(part);
    if (!submitted.valid || submitted.form.confirm.trim() !== api.identifier)
      return this.showRemove(req, res, api, { confirm: 'admin.apis.remove.mismatch' });
    const removed = await this.apis.remove(actorOf(req), api.identifier);
    if (removed.kind === 'stale')
      return this.showRemove(req, res, await this.pages.ours(part), { form: 'admin.apis.stale' });
    if (removed.kind !== 'removed') throw notFound();
    this.pages.doneWithAll(res, 'api-removed');
  }

  /** Somebody else was faster. What both have done stands in the form then; saving again is a decision. */
  private showStale(req: Request, res: Response, api: ManagedApi, typed: FormValues): void {
    const { values, collisions } = merged(typed, toForm(api.fields));
    this.showEdit(req, res, api, values, {
      collisions: collisions.map((each) => ({ ...each, label: this.pages.labelOf(each.field) })),
      isStale: true,
    });
  }

  private showNew(req: Request, res: Response, values: FormValues, data: object = {}): void {
    this.pages.showForm(req, res, 'new', {
      values,
      action: this.pages.newUrl(),
      cancelUrl: this.pages.url(),
      self: '/admin/apis/new',
      ...data,
    });
  }

  private showEdit(
    req: Request,
    res: Response,
    api: ManagedApi,
    values: FormValues,
    data: object = {},
  ): void {
    this.pages.showForm(req, res, 'edit', {
      api,
      values,
      // What comes back with a mistake was begun with what its writer saw then: somebody else may be faster yet.
      version: values['version'] ?? api.version,
      seen: values['seen'] ?? JSON.stringify(toForm(api.fields)),
      action: this.pages.url(api.identifier, '/edit'),
      cancelUrl: this.pages.url(api.identifier),
      ...data,
    });
  }

  private async showRemove(
    req: Request,
    res: Response,
    api: ManagedApi,
    errors?: Record<string, string>,
  ): Promise<void> {
    const { users, isMore } = await this.users.of(api);
    this.pages.show(
      req,
      res,
      'remove',
      {
        api,
        users: users.map(({ name }) => name),
        isMore,
        action: this.pages.url(api.identifier, '/remove'),
        cancelUrl: this.pages.url(api.identifier),
        ...(errors ? { errors } : {}),
      },
      errors ? 422 : 200,
    );
  }
}
