import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { ConsolePages } from '../console/console-pages.js';
import { Operator } from '../console/operator.guard.js';
import { DeclaredThings } from './declared-things.js';

/**
 * APIs, their scopes, types of authorization details and claims, as the clients file declares them, and which applications may
 * use each. The file is the only place where they are changed: applying it replaces all of them.
 */
@Controller('admin/apis')
export class ApisController {
  constructor(
    private readonly config: Config,
    private readonly things: DeclaredThings,
    private readonly console: ConsolePages,
  ) {}

  @Operator('at-all')
  @Get()
  async list(@Req() req: Request, @Res() res: Response): Promise<void> {
    const { apis, types, claims } = await this.things.all();
    this.console.show(req, res, 'apis/list', {
      apis,
      types,
      claims,
      file: this.config.clientsFile ?? `${this.config.dataDir}/clients.yaml`,
      self: '/admin/apis',
    });
  }
}
