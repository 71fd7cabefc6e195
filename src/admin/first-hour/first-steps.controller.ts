import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { tooOften } from '../../attempts/too-often.js';
import { Audit } from '../../audit/audit.service.js';
import { Config } from '../../config/config.js';
import { Pages, type PageData } from '../../http/pages.js';
import { MailTest } from '../../mail/mail-test.js';
import { MailQuota } from '../../users/mail-quota.js';
import { sectionsFor } from '../console/navigation.js';
import { ConsolePages } from '../console/console-pages.js';
import { FirstSteps } from './first-steps.js';
import { HelpDesk, Operator } from '../console/operator.guard.js';

/** The operators' first page: what a new server still needs, and the page for a mail. */
@Controller('admin')
export class FirstStepsController {
  constructor(
    private readonly config: Config,
    private readonly steps: FirstSteps,
    private readonly mailTest: MailTest,
    private readonly quota: MailQuota,
    private readonly console: ConsolePages,
    private readonly pages: Pages,
    private readonly audit: Audit,
  ) {}

  @HelpDesk('at-all')
  @Get()
  async show(@Req() req: Request, @Res() res: Response): Promise<void> {
    const elsewhere = sectionsFor(req.role!).filter(({ name }) => name !== 'first-steps');
    if (req.role !== 'operator') return this.console.show(req, res, 'first-steps', { elsewhere });
    const steps = await this.steps.of(req);
    const next = steps.find(({ isDone, way }) => !isDone && way);
    this.console.show(req, res, 'first-steps', {
      elsewhere,
      steps: steps.map(({ text, way, ...step }) => ({
        ...step,
        text: this.pages.text(req, text),
        isNext: step.name === next?.name,
        ...(way && { href: this.config.basePath + way.page, label: way.label }),
      })),
      allDone: steps.every(({ isDone }) => isDone),
    });
  }

  @Operator()
  @Get('mail-test')
  async askMail(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.showMail(req, res);
  }

  /** To the operator's own address, and to no other: this page sends nobody mail. */
  @Operator()
  @Post('mail-test')
  async sendMail(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { id, email, username, locale, timeZone } = req.person!.account;
    const admission = await this.quota.admitNotice(email);
    if (!admission.admitted)
      return this.showMail(req, res, { errors: { form: tooOften(res, admission) } }, 429);
    const failure = await this.mailTest.send({ to: email, username, locale, timeZone });
    await this.audit.record(
      'mail.tested',
      { accountId: id, ...(failure === undefined ? {} : { result: 'failure', detail: { failure } }) },
      req,
    );
    this.pages.redirect(res, '/admin/mail-test');
  }

  private async showMail(req: Request, res: Response, data: PageData = {}, status?: number): Promise<void> {
    const { id, email } = req.person!.account;
    const last = await this.audit.last('mail.tested', id);
    this.pages.show(
      req,
      res,
      'admin/mail-test',
      {
        email,
        example: 'SMTP_URL=smtp://user:password@mail.example.org:587',
        isConfigured: this.config.smtp !== undefined,
        last: last && { ...last, failure: last.detail['failure'] },
        action: `${this.config.basePath}/admin/mail-test`,
        stepsUrl: `${this.config.basePath}/admin`,
        ...data,
      },
      status,
    );
  }
}
