import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Public } from '../http/access.js';
import { Pages } from '../http/pages.js';

/** The front page, for whoever opens the server's address. */
@Controller()
export class WelcomeController {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Public()
  @Get()
  welcome(@Req() req: Request, @Res() res: Response): void {
    const { basePath, registrationOpen, testApp } = this.config;
    this.pages.show(req, res, 'dashboard/welcome', {
      accountUrl: `${basePath}/dashboard`,
      registerUrl: registrationOpen ? `${basePath}/register` : undefined,
      testAppUrl: testApp ? `${basePath}/test-app` : undefined,
    });
  }
}
