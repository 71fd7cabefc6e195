import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { KnownBrowsers } from '../attempts/known-browsers.js';
import { tooOften } from '../attempts/too-often.js';
import { Audit, RESULT_OF } from '../audit/audit.service.js';
import { Sql } from '../database/sql.js';
import { Form, type MessageRef, type Submitted } from '../http/form.js';
import { SecondFactors, type SecondFactorVerdict } from '../mfa/second-factors.service.js';
import { driftMessage } from '../mfa/set-up-page.js';
import { AttemptStore } from './attempt.store.js';
import { DueStep } from './due-step.guard.js';
import { RememberableCodeForm, Remembering } from './remember.js';
import { SecondFactorPages } from './second-factor-page.js';
import { StepPages } from './step-page.js';

type Page = 'totp' | 'backup-code';

/** The authenticator's code, and the backup code for when it is not at hand. Either page takes either: people paste what they have. */
@Controller('interaction/:uid')
export class SecondFactorController {
  constructor(
    private readonly sql: Sql,
    private readonly secondFactors: SecondFactors,
    private readonly attempts: AttemptStore,
    private readonly knownBrowsers: KnownBrowsers,
    private readonly remembering: Remembering,
    private readonly factorPages: SecondFactorPages,
    private readonly pages: StepPages,
    private readonly audit: Audit,
  ) {}

  @DueStep('second-factor')
  @Get('totp')
  askTotp(@Req() req: Request, @Res() res: Response): void {
    this.factorPages.show(req, res, 'totp');
  }

  @DueStep('second-factor')
  @Post('totp')
  checkTotp(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RememberableCodeForm) submitted: Submitted<RememberableCodeForm>,
  ): Promise<void> {
    return this.check(req, res, 'totp', submitted);
  }

  @DueStep('second-factor')
  @Get('backup-code')
  askBackupCode(@Req() req: Request, @Res() res: Response): void {
    this.factorPages.show(req, res, 'backup-code');
  }

  @DueStep('second-factor')
  @Post('backup-code')
  checkBackupCode(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RememberableCodeForm) submitted: Submitted<RememberableCodeForm>,
  ): Promise<void> {
    return this.check(req, res, 'backup-code', submitted);
  }

  private async check(
    req: Request,
    res: Response,
    page: Page,
    submitted: Submitted<RememberableCodeForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.factorPages.show(req, res, page, {}, submitted.errors);
    const { account, attempt } = req.signIn!;
    const { code, remember } = submitted.form;
    const verdict = await this.sql.gather(async () => {
      const checked = await this.secondFactors.check(account!, code, this.knownBrowsers.tokens(req));
      const factor = checked.kind === 'proven' ? checked.factor : page;
      const facts = { result: RESULT_OF[checked.kind], accountId: account!.id, factor };
      await this.audit.record('second-factor.checked', facts, req);
      if (checked.kind === 'proven') await this.attempts.prove(res, attempt, account!.id, checked.factor);
      return checked;
    });
    const again = { remember };
    switch (verdict.kind) {
      case 'throttled':
        return this.factorPages.show(req, res, page, again, { code: tooOften(res, verdict) }, 429);
      case 'refused':
        return this.factorPages.show(req, res, page, again, { code: refusal(page, verdict) });
      case 'proven':
        await this.remembering.remember(req, res, remember);
        return this.pages.onward(req, res);
    }
  }
}

/** Why a code was refused, as far as its owner can do something about it. */
function refusal(page: Page, { hint }: Extract<SecondFactorVerdict, { kind: 'refused' }>): MessageRef {
  if (hint === 'typo') return 'form.backup-code-typo';
  if (hint) return driftMessage(hint);
  return page === 'totp' ? 'form.totp-refused' : 'form.backup-code-refused';
}
