import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Form, type Submitted } from '../http/form.js';
import { Pages } from '../http/pages.js';
import { Registration, RegistrationForm } from './registration.service.js';

/** Registration by itself; the one on the way to an application is sign-in's. */
@Controller('register')
export class RegistrationController {
  constructor(
    private readonly config: Config,
    private readonly registration: Registration,
    private readonly pages: Pages,
  ) {}

  @Public()
  @Get()
  async ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    this.pages.show(req, res, 'users/register', await this.data(req));
  }

  @Public()
  @Post()
  async register(
    @Req() req: Request,
    @Res() res: Response,
    @Form(RegistrationForm) submitted: Submitted<RegistrationForm>,
  ): Promise<void> {
    const data = await this.data(req);
    const again = await this.registration.submit(submitted, req);
    if (again) return this.pages.show(req, res, 'users/register', { ...data, ...again });
    this.pages.redirect(res, '/register/done');
  }

  @Public()
  @Get('done')
  done(@Req() req: Request, @Res() res: Response): void {
    this.pages.show(req, res, 'users/registered', {
      mailed: this.registration.mailed,
      signInUrl: `${this.config.basePath}/dashboard`,
    });
  }

  private async data(req: Request) {
    const { basePath } = this.config;
    return {
      ...(await this.registration.pageData(req)),
      action: `${basePath}/register`,
      signInUrl: `${basePath}/dashboard`,
    };
  }
}
