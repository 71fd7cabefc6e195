import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { Transform } from 'class-transformer';
import type { Request, Response } from 'express';
import { ApplicationNames } from '../../dashboard/application-names.js';
import { Form, type FieldErrors, type Submitted } from '../../http/form.js';
import { IsNotEmpty, IsString, MaxLength } from '../../http/rules.js';
import { notFound } from '../../kernel/errors.js';
import { Outbox } from '../../mail/outbox.js';
import { actorOf } from '../actor.js';
import { AuditExport } from '../audit/audit-export.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { letterWords } from './letter-words.js';
import { Outboxes, type Box, type OutboxPage, type OutboxRow } from './outboxes.service.js';

const REASON = 'admin.mail.no-reason';
const RESULTS = [
  { result: 'sent', heading: 'admin.mail.sent' },
  { result: 'given-up', heading: 'admin.mail.given-up' },
  { result: 'dropped', heading: 'admin.mail.dropped' },
] as const;

export class DropForm {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @MaxLength(300, { message: REASON })
  @IsNotEmpty({ message: REASON })
  @IsString({ message: REASON })
  reason!: string;
}

/** What waits to be told to people and to applications, and what became of it. No letter is here to be read: there is none yet. */
@Controller('admin/mail')
export class MailController {
  constructor(
    private readonly outbox: Outbox,
    private readonly outboxes: Outboxes,
    private readonly people: AuditExport,
    private readonly applicationNames: ApplicationNames,
    private readonly console: ConsolePages,
  ) {}

  @Operator('at-all')
  @Get()
  async letters(@Req() req: Request, @Res() res: Response, @Query('after') after: unknown): Promise<void> {
    const list = await this.list(
      'admin.mail.waiting',
      'letters',
      await this.outboxes.waiting('letters', text(after)),
      '',
    );
    const lastSent = await this.outboxes.lastSent();
    this.show(req, res, 'letters', [list], {
      isConfigured: this.outbox.isOpen,
      lastSent,
      showsState: true,
    });
  }

  @Operator('at-all')
  @Get('settled')
  async settled(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const wanted = RESULTS.filter(
      ({ result }) => query['result'] === undefined || result === query['result'],
    );
    const lists = [];
    for (const { result, heading } of wanted)
      lists.push(
        await this.list(
          heading,
          undefined,
          await this.outboxes.settled(result, text(query['after'])),
          `/settled?result=${result}`,
        ),
      );
    this.show(req, res, 'settled', lists);
  }

  @Operator('at-all')
  @Get('notices')
  async notices(
    @Req() req: Request,
    @Res() res: Response,
    @Query() query: Record<string, unknown>,
  ): Promise<void> {
    const waiting = await this.outboxes.waiting('notices', text(query['after']));
    const failed = await this.outboxes.failed(text(query['failed']));
    this.show(req, res, 'notices', [
      await this.list('admin.mail.waiting', 'notices', waiting, '/notices'),
      await this.list('admin.mail.failed', 'notices', failed, '/notices', 'failed'),
    ]);
  }

  @Operator()
  @Get(':box/:id/retry')
  async askRetry(
    @Req() req: Request,
    @Res() res: Response,
    @Param('box') box: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.ask(req, res, 'retry', boxOf(box), id);
  }

  @Operator()
  @Post(':box/:id/retry')
  async retry(
    @Req() req: Request,
    @Res() res: Response,
    @Param('box') name: string,
    @Param('id') id: string,
  ): Promise<void> {
    const box = boxOf(name);
    const outcome = await this.outboxes.retry(actorOf(req), box, id);
    if (outcome === 'gone') throw notFound();
    this.console.done(res, pathOf(box), outcome === 'done' ? 'mail-retried' : 'mail-under-way');
  }

  @Operator()
  @Get(':box/:id/drop')
  async askDrop(
    @Req() req: Request,
    @Res() res: Response,
    @Param('box') box: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.ask(req, res, 'drop', boxOf(box), id);
  }

  @Operator()
  @Post(':box/:id/drop')
  async drop(
    @Req() req: Request,
    @Res() res: Response,
    @Param('box') name: string,
    @Param('id') id: string,
    @Form(DropForm) submitted: Submitted<DropForm>,
  ): Promise<void> {
    const box = boxOf(name);
    if (!submitted.valid) return this.ask(req, res, 'drop', box, id, submitted);
    if ((await this.outboxes.drop(actorOf(req), box, id, submitted.form.reason)) !== 'done') throw notFound();
    this.console.done(res, pathOf(box), 'mail-dropped');
  }

  private async ask(
    req: Request,
    res: Response,
    page: 'retry' | 'drop',
    box: Box,
    id: string,
    data: { values?: Record<string, string>; errors?: FieldErrors } = {},
  ): Promise<void> {
    const row = await this.outboxes.one(box, id);
    if (!row) throw notFound();
    this.console.show(req, res, `mail/${page}`, {
      ...(await this.shown([row]))[0],
      isLetter: box === 'letters',
      action: this.console.url(`/mail/${box}/${row.id}/${page}`),
      listUrl: this.console.url(pathOf(box)),
      self: `/admin/mail/${box}/${row.id}/${page}`,
      ...data,
    });
  }

  private show(
    req: Request,
    res: Response,
    tab: string,
    lists: unknown[],
    data: Record<string, unknown> = {},
  ): void {
    this.console.show(req, res, 'mail/list', {
      ...data,
      lists,
      tabs: [
        { label: 'admin.mail.tab.letters', href: this.console.url('/mail'), current: tab === 'letters' },
        {
          label: 'admin.mail.tab.settled',
          href: this.console.url('/mail/settled'),
          current: tab === 'settled',
        },
        {
          label: 'admin.mail.tab.notices',
          href: this.console.url('/mail/notices'),
          current: tab === 'notices',
        },
      ],
      testUrl: this.console.url('/mail-test'),
      self: tab === 'letters' ? '/admin/mail' : `/admin/mail/${tab}`,
    });
  }

  /** @param box where its rows can be acted on; undefined: they are settled */
  private async list(
    heading: string,
    box: Box | undefined,
    { rows, after }: OutboxPage,
    path: string,
    parameter = 'after',
  ) {
    const isWaiting = box !== undefined && parameter === 'after';
    const query = new URLSearchParams({ [parameter]: after ?? '' }).toString();
    return {
      heading,
      id: heading.replaceAll('.', '-'),
      rows: (await this.shown(rows)).map((row) => ({
        ...row,
        when: isWaiting ? 'admin.mail.next-try' : 'admin.mail.settled-at',
        retryUrl: box && this.console.url(`/mail/${box}/${row.id}/retry`),
        dropUrl: isWaiting && this.console.url(`/mail/${box}/${row.id}/drop`),
      })),
      moreUrl: after && this.console.url(`/mail${path}${path.includes('?') ? '&' : '?'}${query}`),
    };
  }

  private async shown(rows: readonly OutboxRow[]) {
    const names = await this.people.usernames(rows.map(({ accountId }) => accountId));
    const applications = await this.applicationNames.all();
    return rows.map(({ id, kind, clientId, accountId, tries, lastError, createdAt, at }) => ({
      id,
      kind,
      about: kind && letterWords(kind),
      application: clientId && (applications.get(clientId) ?? clientId),
      person: accountId && (names.get(accountId) ?? accountId),
      tries,
      lastError,
      createdAt: new Date(createdAt),
      at: new Date(at),
    }));
  }
}

function boxOf(name: string): Box {
  if (name !== 'letters' && name !== 'notices') throw notFound();
  return name;
}

function pathOf(box: Box): string {
  return box === 'letters' ? '/mail' : '/mail/notices';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
