import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { Transform } from 'class-transformer';
import type { Request, Response } from 'express';
import { Form, type FieldErrors, type Submitted } from '../../http/form.js';
import type { PageData } from '../../http/pages.js';
import { IsOptional, IsString, MaxLength } from '../../http/rules.js';
import { notFound } from '../../kernel/errors.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { COUNTED, GroupDirectory, type ListedGroup } from './group-directory.js';
import { ManagedGroups, type GroupRefusal } from './managed-groups.service.js';

const NAME_REFUSED = 'admin.groups.name-refused';
const TOO_LONG = 'admin.groups.too-long';

/** Where in the forms a refusal belongs. */
export const REFUSALS: Record<GroupRefusal, FieldErrors> = {
  'not-a-name': { name: NAME_REFUSED },
  'built-in': { name: 'admin.groups.built-in' },
  taken: { name: 'admin.groups.taken' },
  'no-group': { form: 'admin.groups.gone' },
  declared: { form: 'admin.groups.declared-hint' },
  'not-as-seen': { form: 'admin.groups.changed-meanwhile' },
};

const tidy = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

export class DescriptionForm {
  @Transform(tidy)
  @MaxLength(200, { message: TOO_LONG })
  @IsString({ message: TOO_LONG })
  @IsOptional()
  description?: string;
}

export class GroupForm extends DescriptionForm {
  @Transform(tidy)
  @IsString({ message: NAME_REFUSED })
  name!: string;
}

/** Groups, and each one's page. A name may have slashes in it, and stands in the address's query for that. */
@Controller('admin/groups')
export class GroupsController {
  constructor(
    private readonly directory: GroupDirectory,
    private readonly groups: ManagedGroups,
    private readonly console: ConsolePages,
  ) {}

  @Operator('at-all')
  @Get()
  async list(@Req() req: Request, @Res() res: Response): Promise<void> {
    const groups = await this.directory.all();
    this.console.show(req, res, 'groups/list', {
      groups: groups.map((group) => ({
        ...shown(group),
        href: this.console.url(`/groups/group?name=${encodeURIComponent(group.name)}`),
      })),
      newUrl: this.console.url('/groups/new'),
      self: '/admin/groups',
    });
  }

  @Operator()
  @Get('new')
  askNew(@Req() req: Request, @Res() res: Response): void {
    this.showNew(req, res, {});
  }

  @Operator()
  @Post('new')
  async create(
    @Req() req: Request,
    @Res() res: Response,
    @Form(GroupForm) submitted: Submitted<GroupForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showNew(req, res, submitted);
    const { name, description } = submitted.form;
    const { kind } = await this.groups.create(actorOf(req), name, description || null);
    if (kind !== 'done')
      return this.showNew(req, res, { values: { name, description }, errors: REFUSALS[kind] });
    this.console.done(res, groupPath('group', name), 'group-created');
  }

  @Operator('at-all')
  @Get('group')
  async one(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const group = await this.group(query['name']);
    const { name } = group;
    const search = text(query['search']);
    const found =
      search === ''
        ? await this.directory.members(name, text(query['after']))
        : await this.directory.search(name, search);
    const at = (page: string, more: Record<string, string> = {}) =>
      this.console.url(groupPath(page, name, more));
    this.console.show(req, res, 'groups/group', {
      title: name,
      ...shown(group),
      ...(await this.directory.usesOf(name)),
      search,
      found: found.members.map((member) => ({ ...member, removeUrl: at('remove', { account: member.id }) })),
      moreUrl: found.after && at('group', { after: found.after }),
      action: this.console.url('/groups/group'),
      addUrl: at('add'),
      describeUrl: group.isDeclared ? undefined : at('describe'),
      deleteUrl: group.isDeclared ? undefined : at('delete'),
      firstUrl: at('group'),
      listUrl: this.console.url('/groups'),
      self: `/admin${groupPath('group', name)}`,
    });
  }

  @Operator()
  @Get('describe')
  async askDescription(
    @Req() req: Request,
    @Res() res: Response,
    @Query('name') name: unknown,
  ): Promise<void> {
    const { description, ...group } = await this.group(name);
    this.showForm(req, res, 'describe', group.name, { values: { description } });
  }

  @Operator()
  @Post('describe')
  async describe(
    @Req() req: Request,
    @Res() res: Response,
    @Query('name') query: unknown,
    @Form(DescriptionForm) submitted: Submitted<DescriptionForm>,
  ): Promise<void> {
    const { name } = await this.group(query);
    if (!submitted.valid) return this.showForm(req, res, 'describe', name, submitted);
    const { description } = submitted.form;
    const { kind } = await this.groups.describe(actorOf(req), name, description || null);
    if (kind !== 'done')
      return this.showForm(req, res, 'describe', name, { values: { description }, errors: REFUSALS[kind] });
    this.console.done(res, groupPath('group', name), 'group-changed');
  }

  @Operator()
  @Get('delete')
  async askDeletion(@Req() req: Request, @Res() res: Response, @Query('name') query: unknown): Promise<void> {
    const group = await this.group(query);
    this.showForm(req, res, 'delete', group.name, {
      ...shown(group),
      ...(await this.directory.usesOf(group.name)),
    });
  }

  @Operator()
  @Post('delete')
  async delete(@Req() req: Request, @Res() res: Response, @Query('name') query: unknown): Promise<void> {
    const group = await this.group(query);
    const { kind } = await this.groups.delete(actorOf(req), group.name);
    if (kind !== 'done')
      return this.showForm(req, res, 'delete', group.name, { ...shown(group), errors: REFUSALS[kind] });
    this.console.done(res, '/groups', 'group-deleted');
  }

  private async group(name: unknown): Promise<ListedGroup> {
    const group = await this.directory.one(text(name));
    if (!group) throw notFound();
    return group;
  }

  private showNew(req: Request, res: Response, data: PageData): void {
    this.console.show(req, res, 'groups/new', {
      action: this.console.url('/groups/new'),
      listUrl: this.console.url('/groups'),
      self: '/admin/groups/new',
      ...data,
    });
  }

  private showForm(
    req: Request,
    res: Response,
    page: 'describe' | 'delete',
    name: string,
    data: PageData,
  ): void {
    this.console.show(req, res, `groups/${page}`, {
      ...data,
      name,
      action: this.console.url(groupPath(page, name)),
      groupUrl: this.console.url(groupPath('group', name)),
      self: `/admin${groupPath(page, name)}`,
    });
  }
}

export function groupPath(page: string, name: string, more: Readonly<Record<string, string>> = {}): string {
  return `/groups/${page}?${new URLSearchParams({ name, ...more }).toString()}`;
}

export function text(value: unknown): string {
  return typeof value === 'string'
    ? value
        .toWellFormed()
        .replace(/\p{Cc}/gu, '')
        .trim()
        .slice(0, 300)
    : '';
}

function shown({ members, ...group }: ListedGroup) {
  return { ...group, members: Math.min(members, COUNTED), isMany: members > COUNTED };
}
