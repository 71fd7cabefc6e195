import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HOUR } from '../kernel/clock.js';
import { Events, eventKind } from '../kernel/events.js';
import { Public } from './access.js';
import { Cookies } from './cookies.js';
import { Languages } from './language.js';
import { Pages } from './pages.js';

/** A person picked a language; whoever knows the person behind the request may keep the choice. */
export const languageChosen = eventKind<{ req: Request; res: Response; locale: string }>('language.chosen');

@Controller('locale')
export class LocaleController {
  constructor(
    private readonly cookies: Cookies,
    private readonly languages: Languages,
    private readonly pages: Pages,
    private readonly events: Events,
  ) {}

  @Public()
  @Post()
  async choose(
    @Req() req: Request,
    @Res() res: Response,
    @Body() body: Record<string, unknown> = {},
  ): Promise<void> {
    const target = localPath(body['return']);
    const locale = this.languages.supported(String(body['locale']));
    if (locale) {
      this.cookies.write(res, 'locale', locale);
      const [interaction] = /^\/interaction\/[A-Za-z0-9_-]+/.exec(target) ?? [];
      if (interaction) this.cookies.writePage(res, 'page_locale', locale, interaction, HOUR);
      await this.events.emit(languageChosen, { req, res, locale });
    }
    this.pages.redirect(res, target);
  }
}

/** Only a path of our own: `//host` and `/\host` would lead elsewhere (open redirect). */
function localPath(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(value) ? value : '/';
}
