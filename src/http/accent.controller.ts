import { Controller, Get, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { notFound } from '../kernel/errors.js';
import { accentStylesheet } from './accent.js';
import { Public } from './access.js';
import { keepForAYear } from './stylesheet.js';

/** The pages' colour, where an operator or an application has chosen one: no page has a style of its own in it. */
@Controller('accent')
export class AccentController {
  @Public()
  @Get(':file')
  show(@Param('file') file: string, @Res() res: Response): void {
    const sheet = file.endsWith('.css') ? accentStylesheet(file.slice(0, -'.css'.length)) : undefined;
    if (!sheet) throw notFound();
    keepForAYear(res);
    res.type('css').send(sheet);
  }
}
