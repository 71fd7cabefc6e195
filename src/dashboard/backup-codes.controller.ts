import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.service.js';
import { Form, type Submitted } from '../http/form.js';
import { BackupCodes } from '../mfa/backup-codes.service.js';
import { CodeForm } from '../mfa/forms.js';
import { SecondFactors } from '../mfa/second-factors.service.js';
import { backupCodesData } from '../mfa/set-up-page.js';
import { SignedIn } from '../oidc/sessions/signed-in.guard.js';
import { AccountPages } from './account-pages.js';
import { FactorPages } from './factor-pages.js';

/** Making backup codes, and the end of a set-up: one of them is typed back. */
@Controller('dashboard/second-factor/backup-codes')
export class BackupCodesController {
  constructor(
    private readonly secondFactors: SecondFactors,
    private readonly backupCodes: BackupCodes,
    private readonly factorPages: FactorPages,
    private readonly pages: AccountPages,
    private readonly audit: Audit,
  ) {}

  /** The end of the set-up. It needs no stronger session than the set-up had: that one proved a password only. */
  @SignedIn()
  @Get()
  async askSaved(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { madeAt, confirmed } = await this.backupCodes.state(req.person!.account.id);
    if (!madeAt || confirmed) return this.factorPages.toList(res);
    this.factorPages.showCodes(req, res, {});
  }

  @SignedIn()
  @Post()
  async saved(
    @Req() req: Request,
    @Res() res: Response,
    @Form(CodeForm) submitted: Submitted<CodeForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.factorPages.showCodes(req, res, { errors: submitted.errors });
    if (!(await this.backupCodes.endSetUp(req.person!.account.id, submitted.form.code))) {
      return this.factorPages.showCodes(req, res, { errors: { code: 'form.confirmation-refused' } });
    }
    this.pages.done(res, '', 'second-factor-on');
  }

  @SignedIn('recently')
  @Post('new')
  async remake(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { account, sessionUid } = req.person!;
    if (!(await this.secondFactors.has(account.id))) return this.factorPages.toList(res);
    const codes = await this.secondFactors.remakeBackupCodes(account, { sessionUid });
    if (!codes) return this.factorPages.toList(res, 'changed-meanwhile');
    await this.audit.record('backup-codes.made', { accountId: account.id }, req);
    this.factorPages.showCodes(req, res, backupCodesData(codes));
  }
}
