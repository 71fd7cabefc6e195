import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Config } from '../../config/config.js';
import { programVersion } from '../../config/version.js';
import { Public } from '../../http/access.js';
import { API_CONTROLLERS } from './controllers.js';
import { apiDocument } from './openapi.js';

/** What the API is, for whoever writes a program. It says nothing that docs/openapi.json does not say, so it needs no token. */
@Controller('api/v1/openapi.json')
export class DocumentController {
  private written: string | undefined;

  constructor(private readonly config: Config) {}

  @Public()
  @Get()
  show(@Res() res: Response): void {
    // Few servers are ever asked for it.
    this.written ??= JSON.stringify(apiDocument(API_CONTROLLERS, this.config.issuer, programVersion()));
    res.setHeader('Cache-Control', 'public, max-age=300');
    res.type('json').send(this.written);
  }
}
