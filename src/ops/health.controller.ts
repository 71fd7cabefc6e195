import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Sql } from '../database/sql.js';
import { Public } from '../http/access.js';
import { databaseAway } from '../kernel/errors.js';

/** For load balancers and the container's own check (`gatehouse health`). */
@Controller('health')
export class HealthController {
  constructor(private readonly sql: Sql) {}

  /** The process answers. */
  @Public()
  @Get('live')
  live(@Res() res: Response): void {
    res.json({ status: 'ok' });
  }

  /** The process can do its work: the database answers too. */
  @Public()
  @Get('ready')
  async ready(@Res() res: Response): Promise<void> {
    try {
      await this.sql.rows('SELECT 1 AS one');
      res.json({ status: 'ok' });
    } catch (error) {
      const { status, options } = databaseAway(error);
      res
        .status(status)
        .setHeader('Retry-After', String(options.retryAfterSeconds))
        .json({ status: 'database-away' });
    }
  }
}
