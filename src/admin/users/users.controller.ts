import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Activity } from '../../audit/activity.service.js';
import { ActivityWords } from '../../dashboard/activity-words.js';
import { ApplicationNames } from '../../dashboard/application-names.js';
import { Form, type Submitted } from '../../http/form.js';
import type { PageData } from '../../http/pages.js';
import { notFound } from '../../kernel/errors.js';
import { Accounts } from '../../users/accounts.service.js';
import { Groups, isBuiltInGroup } from '../../users/groups.service.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { HelpDesk } from '../console/operator.guard.js';
import { NewUserForm } from '../../users/registration.service.js';
import { Permission } from './permission.js';
import { REFUSALS } from './action-table.js';
import { UserActions } from './user-actions.js';
import { UserFacts } from './user-facts.js';
import { SHOWN, type Shown } from './user-query.js';
import { UserSearch } from './user-search.js';
import { waysFor } from './ways.js';

/** The list of accounts, one account, and making one. */
@Controller('admin/users')
export class UsersController {
  constructor(
    private readonly search: UserSearch,
    private readonly facts: UserFacts,
    private readonly actions: UserActions,
    private readonly permission: Permission,
    private readonly accounts: Accounts,
    private readonly groups: Groups,
    private readonly activity: Activity,
    private readonly words: ActivityWords,
    private readonly applicationNames: ApplicationNames,
    private readonly console: ConsolePages,
  ) {}

  @HelpDesk('at-all')
  @Get()
  async list(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const asked = {
      term: text(query['q'], 254),
      shown: SHOWN.find((each) => each === query['show']) ?? 'all',
      group: text(query['group'], 64),
    };
    const after = text(query['after'], 40);
    const { users, next } = await this.search.page({ ...asked, ...(after ? { after } : {}) });
    const groups = (await this.groups.all()).filter(({ name }) => !isBuiltInGroup(name));
    const same = new URLSearchParams({ q: asked.term, show: asked.shown, group: asked.group });
    const pageUrl = (more: Record<string, string>) =>
      `${this.console.url('/users')}?${new URLSearchParams({ ...Object.fromEntries(same), ...more }).toString()}`;
    this.console.show(req, res, 'users/list', {
      ...asked,
      action: this.console.url('/users'),
      shownOptions: SHOWN.map((value) => ({ value, label: LABELS[value], selected: value === asked.shown })),
      groups: groups.map(({ name }) => ({ name, selected: name === asked.group })),
      users: users.map((user) => ({ ...user, href: this.console.url(`/users/${user.id}`) })),
      nextUrl: next && pageUrl({ after: next }),
      firstUrl: after && pageUrl({}),
      newUrl: this.console.url('/users/new'),
      invitationsUrl: this.console.url('/users/invitations'),
      self: `/admin/users?${same.toString()}`,
    });
  }

  @HelpDesk()
  @Get('new')
  askNew(@Req() req: Request, @Res() res: Response): void {
    this.showNew(req, res, { values: {} });
  }

  /** The password is shown this once: it is kept as a hash. */
  @HelpDesk()
  @Post('new')
  async create(
    @Req() req: Request,
    @Res() res: Response,
    @Form(NewUserForm) submitted: Submitted<NewUserForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.showNew(req, res, submitted);
    const { username, email } = submitted.form;
    const created = await this.actions.create(actorOf(req), submitted.form);
    if (created.kind === 'refused')
      return this.showNew(req, res, {
        values: { username, email },
        errors: { form: REFUSALS[created.why]! },
      });
    const { account, password } = created;
    this.showNew(req, res, {
      created: { username: account.username, password, url: this.console.url(`/users/${account.id}`) },
      codes: true,
    });
  }

  @HelpDesk('at-all')
  @Get(':id')
  async show(
    @Req() req: Request,
    @Res() res: Response,
    @Param('id') id: string,
    @Query('before') before: unknown,
  ): Promise<void> {
    const account = await this.accounts.find(id);
    if (!account) throw notFound();
    const user = await this.facts.of(account);
    const mayAct = !(await this.permission.refusal(actorOf(req), account));
    const { events, older, newer } = await this.activity.page(id, eventId(before));
    const names = await this.applicationNames.all();
    const url = (path = '') => this.console.url(`/users/${id}${path}`);
    this.console.show(req, res, 'users/user', {
      title: user.username,
      user,
      mayAct,
      isOperator: req.role === 'operator',
      ways: waysFor(user, { role: req.role!, mayAct, isOneself: id === req.person!.account.id }, url),
      attributeList: Object.entries(user.attributes).map(([name, value]) => ({
        name,
        value: typeof value === 'string' ? value : JSON.stringify(value),
      })),
      factors: user.factors.map((factor) => ({
        ...factor,
        removeUrl: mayAct && url(`/factors/${factor.kind}/${factor.id}`),
      })),
      sessions: user.sessions.map((session) => ({
        ...session,
        endUrl: mayAct && url(`/sessions/${session.id}`),
      })),
      groups: user.groups.join(', '),
      events: events.map((event) => this.words.of(req, event, names)),
      olderUrl: older && url(`?before=${older}#activity`),
      newerUrl: newer && url(newer === 'newest' ? '#activity' : `?before=${newer}#activity`),
      self: `/admin/users/${id}`,
    });
  }

  private showNew(req: Request, res: Response, data: PageData): void {
    this.console.show(req, res, 'users/new', {
      action: this.console.url('/users/new'),
      listUrl: this.console.url('/users'),
      inviteUrl: this.console.url('/users/invite'),
      self: '/admin/users/new',
      ...data,
    });
  }
}

const LABELS: Record<Shown, string> = {
  all: 'admin.users.list.all',
  active: 'admin.users.list.active',
  disabled: 'admin.users.list.disabled',
  'no-second-factor': 'admin.users.list.no-second-factor',
  unverified: 'admin.users.list.unverified',
  leaving: 'admin.users.list.leaving',
  operator: 'admin.users.list.operators',
  'help-desk': 'admin.users.list.help-desk',
};

function text(value: unknown, length: number): string {
  return typeof value === 'string' ? value.trim().slice(0, length) : '';
}

/** Anything else in the address is ignored, and the newest events are shown. */
function eventId(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined;
}
