import { Controller, Get, Logger, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Form, type Submitted } from '../../http/form.js';
import type { PageData } from '../../http/pages.js';
import { IsIn, IsOptional, IsString } from '../../http/rules.js';
import { Clock } from '../../kernel/clock.js';
import { busy } from '../../kernel/errors.js';
import { actorOf } from '../actor.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { AuditExport, FORMATS, type Format } from './audit-export.js';
import { asQuery, AuditQuestions, QUESTIONS } from './audit-questions.js';

/** Each of them keeps the database busy for as long as it lasts. */
const AT_ONCE = 2;
const TYPES: Record<Format, string> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
};

export class ExportForm {
  @IsIn(FORMATS, { message: 'admin.audit.export.no-format' })
  format!: Format;

  @IsOptional()
  @IsString()
  name?: string;

  @IsOptional()
  @IsString()
  result?: string;

  @IsOptional()
  @IsString()
  who?: string;

  @IsOptional()
  @IsString()
  client?: string;

  @IsOptional()
  @IsString()
  by?: string;

  @IsOptional()
  @IsString()
  address?: string;

  @IsOptional()
  @IsString()
  from?: string;

  @IsOptional()
  @IsString()
  to?: string;
}

/** The filtered events as a file, which may be of any length: it is written while it is read. */
@Controller('admin/audit/export')
export class AuditExportController {
  private readonly logger = new Logger('Audit');
  private running = 0;

  constructor(
    private readonly questions: AuditQuestions,
    private readonly exports: AuditExport,
    private readonly console: ConsolePages,
    private readonly clock: Clock,
  ) {}

  @Operator()
  @Get()
  ask(@Req() req: Request, @Res() res: Response, @Query() query: Record<string, unknown>): Promise<void> {
    return this.show(req, res, query);
  }

  @Operator()
  @Post()
  async export(
    @Req() req: Request,
    @Res() res: Response,
    @Form(ExportForm) submitted: Submitted<ExportForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, submitted.values, { errors: submitted.errors });
    const { format, ...typed } = submitted.form;
    const { filter, errors } = await this.questions.read({ ...typed });
    if (errors) return this.show(req, res, { ...typed }, { errors });
    if (this.running >= AT_ONCE) throw busy();
    this.running++;
    try {
      const lines = await this.exports.begin(actorOf(req), filter, format);
      const day = this.clock.now().toISOString().slice(0, 10);
      res.status(200).attachment(`gatehouse-audit-${day}.${format}`).type(TYPES[format]);
      // Whoever breaks off gets a file that says so: its end is missing on the wire, too.
      await pipeline(Readable.from(lines), res);
    } catch (error) {
      if (!res.headersSent) throw error;
      this.logger.warn(`an export of the audit log was broken off: ${(error as Error).message}`);
    } finally {
      this.running--;
    }
  }

  private async show(
    req: Request,
    res: Response,
    typed: Record<string, unknown>,
    data: PageData = {},
  ): Promise<void> {
    const { values, errors } = await this.questions.read(typed);
    this.console.show(req, res, 'audit/export', {
      asked: QUESTIONS.filter((name) => values[name] !== '').map((name) => ({
        name,
        label: `admin.audit.${name}`,
        value: values[name],
      })),
      action: this.console.url('/audit/export'),
      listUrl: this.console.url(`/audit${asQuery(values)}`),
      self: `/admin/audit/export${asQuery(values)}`,
      ...(errors ? { errors } : {}),
      ...data,
    });
  }
}
