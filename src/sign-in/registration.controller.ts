import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Form, type Submitted } from '../http/form.js';
import type { PageData } from '../http/pages.js';
import { Registration, RegistrationForm } from '../users/registration.service.js';
import { DueStep } from './due-step.guard.js';
import { StepPages } from './step-page.js';

/** Registration on the way to an application: its name stays in sight, and the way leads back to it. */
@Controller('interaction/:uid/register')
export class InteractionRegistrationController {
  constructor(
    private readonly registration: Registration,
    private readonly pages: StepPages,
  ) {}

  @DueStep('identify')
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    this.show(req, res, await this.registration.pageData(req));
  }

  @DueStep('identify')
  @Post()
  async register(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RegistrationForm) submitted: Submitted<RegistrationForm>,
  ): Promise<void> {
    const data = await this.registration.pageData(req);
    const again = await this.registration.submit(submitted, req);
    if (again) return this.show(req, res, { ...data, ...again });
    res.redirect(303, this.pages.url(req, 'register/done'));
  }

  @DueStep('identify')
  @Get('done')
  done(@Req() req: Request, @Res() res: Response): void {
    const { mailed } = this.registration;
    this.pages.show(req, res, 'users/registered', { mailed, signInUrl: this.pages.url(req, 'password') });
  }

  private show(req: Request, res: Response, data: PageData): void {
    const urls = { action: this.pages.url(req, 'register'), signInUrl: this.pages.url(req, 'password') };
    this.pages.show(req, res, 'users/register', { ...urls, ...data, account: undefined });
  }
}
