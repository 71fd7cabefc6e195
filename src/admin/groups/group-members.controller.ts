import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { Transform } from 'class-transformer';
import type { Request, Response } from 'express';
import { Form, type Submitted } from '../../http/form.js';
import type { PageData } from '../../http/pages.js';
import { IsString, MaxLength } from '../../http/rules.js';
import { notFound } from '../../kernel/errors.js';
import type { Account } from '../../users/account.entity.js';
import { Accounts } from '../../users/accounts.service.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { UserMemberships } from '../users/user-memberships.js';
import { GroupDirectory } from './group-directory.js';
import { groupPath, text } from './groups.controller.js';

const NOBODY = 'admin.claims.no-account';
type Typed = Record<string, unknown>;

export class AddForm {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @MaxLength(300, { message: NOBODY })
  @IsString({ message: NOBODY })
  who!: string;
}

/** Who is put into a group, and taken out of it: what is done for people is one service (users/user-memberships.ts). */
@Controller('admin/groups')
export class GroupMembersController {
  constructor(
    private readonly accounts: Accounts,
    private readonly directory: GroupDirectory,
    private readonly memberships: UserMemberships,
    private readonly console: ConsolePages,
  ) {}

  @Operator()
  @Get('add')
  async askWho(@Req() req: Request, @Res() res: Response, @Query() query: Typed): Promise<void> {
    this.show(req, res, 'add', await this.group(query));
  }

  @Operator()
  @Post('add')
  async add(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Typed,
    @Form(AddForm) submitted: Submitted<AddForm>,
  ): Promise<void> {
    const group = await this.group(query);
    if (!submitted.valid) return this.show(req, res, 'add', group, submitted);
    const { who } = submitted.form;
    const account = await this.accounts.findByIdentifier(who);
    if (!account) return this.show(req, res, 'add', group, { values: { who }, errors: { who: NOBODY } });
    const { kind } = await this.memberships.addToGroup(actorOf(req), account, group);
    if (kind === 'refused') throw notFound();
    this.console.done(res, groupPath('group', group, { search: account.username }), 'group-joined');
  }

  @Operator()
  @Get('remove')
  async askRemoval(@Req() req: Request, @Res() res: Response, @Query() query: Typed): Promise<void> {
    const { id, username, email } = await this.account(query);
    this.show(req, res, 'remove', await this.group(query), { id, username, email });
  }

  @Operator()
  @Post('remove')
  async remove(@Req() req: Request, @Res() res: Response, @Query() query: Typed): Promise<void> {
    const group = await this.group(query);
    // Whoever has left meanwhile is out: that is what was wanted.
    await this.memberships.removeFromGroup(actorOf(req), await this.account(query), group);
    this.console.done(res, groupPath('group', group), 'group-left');
  }

  private async group(query: Typed): Promise<string> {
    const group = await this.directory.one(text(query['name']));
    if (!group) throw notFound();
    return group.name;
  }

  private async account(query: Typed): Promise<Account> {
    const account = await this.accounts.find(text(query['account']));
    if (!account) throw notFound();
    return account;
  }

  private show(req: Request, res: Response, page: 'add' | 'remove', name: string, data: PageData = {}): void {
    const more: Record<string, string> = typeof data['id'] === 'string' ? { account: data['id'] } : {};
    this.console.show(req, res, `groups/${page}`, {
      ...data,
      name,
      action: this.console.url(groupPath(page, name, more)),
      groupUrl: this.console.url(groupPath('group', name)),
      self: `/admin${groupPath(page, name, more)}`,
    });
  }
}
