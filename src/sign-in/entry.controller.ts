import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DueStep } from './due-step.guard.js';
import { StepPages } from './step-page.js';

/** Signed in, but in none of the groups that may use the application: there is only the way back, with `access_denied`. */
@Controller('interaction/:uid/not-let-in')
export class EntryController {
  constructor(private readonly pages: StepPages) {}

  @DueStep('entry')
  @Get()
  say(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'sign-in/not-let-in', {});
  }
}
