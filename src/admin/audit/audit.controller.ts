import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog } from '../../audit/audit-log.service.js';
import type { PageData } from '../../http/pages.js';
import { notFound } from '../../kernel/errors.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { asQuery, AuditQuestions } from './audit-questions.js';
import { AuditWords } from './audit-words.js';
import { Verifications } from './verifications.service.js';

type Typed = Record<string, unknown>;

const PAGE = 30;
const RESULTS = [
  { name: 'success', label: 'admin.audit.result.success' },
  { name: 'failure', label: 'admin.audit.result.failure' },
  { name: 'throttled', label: 'admin.audit.result.throttled' },
];

/** What happened, to whom, by whom: everybody's events. Who helps people sees each person's own on that person's page. */
@Controller('admin/audit')
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly questions: AuditQuestions,
    private readonly words: AuditWords,
    private readonly verifications: Verifications,
    private readonly console: ConsolePages,
  ) {}

  @Operator('at-all')
  @Get()
  async list(@Req() req: Request, @Res() res: Response, @Query() query: Typed): Promise<void> {
    const asked = await this.questions.read(query);
    const { values, filter, errors } = asked;
    const found = errors ? undefined : await this.log.page(filter, PAGE, eventId(query['before']));
    const at = (more?: Record<string, string>) => this.console.url(`/audit${asQuery(values, more)}`);
    const lines = await this.words.lines(req, found?.events ?? []);
    const data: PageData = {
      values,
      names: families(await this.log.names(), values.name),
      results: RESULTS.map((each) => ({ ...each, selected: each.name === values.result })),
      events: lines.map((line) => ({ ...line, href: this.console.url(`/audit/${line.id}`) })),
      wasAsked: asQuery(values) !== '',
      isFirst: query['before'] === undefined,
      newestUrl: at(),
      olderUrl: found?.older && at({ before: String(found.older) }),
      stoppedAt: found?.stoppedAt,
      exportUrl: !errors && this.console.url(`/audit/export${asQuery(values)}`),
      verifyUrl: this.console.url('/audit/verify'),
      action: this.console.url('/audit'),
      self: '/admin/audit',
      ...(errors ? { errors } : {}),
    };
    this.console.show(req, res, 'audit/list', data);
  }

  @Operator('at-all')
  @Get('verify')
  async verification(@Req() req: Request, @Res() res: Response): Promise<void> {
    const last = await this.verifications.last();
    this.console.show(req, res, 'audit/verify', {
      runningSince: this.verifications.runningSince,
      last: last && { ...last, more: last.findingCount > last.findings.length },
      action: this.console.url('/audit/verify'),
      listUrl: this.console.url('/audit'),
    });
  }

  /** It changes nothing, but takes the machine's time. */
  @Operator('at-all')
  @Post('verify')
  verify(@Req() req: Request, @Res() res: Response): void {
    this.verifications.start(actorOf(req));
    this.console.done(res, '/audit/verify');
  }

  @Operator('at-all')
  @Get(':id')
  async event(@Req() req: Request, @Res() res: Response, @Param('id') id: string): Promise<void> {
    const number = eventId(id);
    const event = number === undefined ? undefined : await this.log.event(number);
    if (!event) throw notFound();
    const [line] = await this.words.lines(req, [event]);
    const facts = Object.entries(event).map(([name, value]) => ({
      name,
      value: name === 'at' ? new Date(event.at).toISOString() : String(value ?? ''),
    }));
    this.console.show(req, res, 'audit/event', {
      ...line,
      ...this.words.noted(event),
      raw: facts,
      allOf: this.console.url('/audit'),
      self: `/admin/audit/${event.id}`,
    });
  }
}

/** The number of an event; anything else in its place is ignored. */
export function eventId(value: unknown): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined;
}

function families(names: readonly string[], selected: string) {
  return [...Map.groupBy(names, (name) => name.split('.', 1)[0]!)].map(([family, members]) => ({
    family,
    selected: family === selected,
    members: members.map((name) => ({ name, selected: name === selected })),
  }));
}
