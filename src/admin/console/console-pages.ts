import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ClientMistake } from '../../clients/client-rules.js';
import { Config } from '../../config/config.js';
import type { MessageRef } from '../../http/form.js';
import { Pages, type PageData } from '../../http/pages.js';
import { sectionsFor } from './navigation.js';
import { noticeOf } from './notices.js';
import { told, type ToldMistake } from './rule-words.js';

/** What all operators' pages have in common: their navigation, for the role of whoever looks, and what was just done. */
@Injectable()
export class ConsolePages {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  /** @param page below views/admin/; its template is a block of the partial `console`, which takes `section` */
  show(req: Request, res: Response, page: string, data: PageData = {}, status?: number): void {
    const common = { notice: noticeOf(req.query['done']), sections: sectionsFor(req.role!) };
    this.pages.show(req, res, `admin/${page}`, { ...common, ...data }, status);
  }

  /** An operators' page, for links and forms: `url('/users')`. */
  url(path = ''): string {
    return `${this.config.basePath}/admin${path}`;
  }

  /** Leads to one of them, which says what was done (notices.ts). */
  done(res: Response, path: string, notice?: string): void {
    this.pages.redirect(
      res,
      `/admin${path}${notice ? `${path.includes('?') ? '&' : '?'}done=${notice}` : ''}`,
    );
  }

  /**
   * What the rules of the clients file say, in the words of this page.
   * @param placeOf at which field of a form it stands; absent: in a list of them all
   */
  told(
    req: Request,
    mistakes: readonly ClientMistake[],
    placeOf?: (field: string | undefined) => string | undefined,
  ): ToldMistake[] {
    const text = (message: MessageRef) => this.text(req, message);
    return mistakes.map((mistake) => told(mistake, text, placeOf?.(mistake.field)));
  }

  /** Why a value cannot be, as its setting says in the shell, too. */
  mistake(req: Request, what: string): MessageRef {
    const [mistake] = this.told(req, [{ what }]);
    return { key: 'admin.settings.mistake', params: { mistake: mistake!.words } };
  }

  languageOf(req: Request): string {
    return this.pages.languageOf(req);
  }

  text(req: Request, message: MessageRef): string {
    return this.pages.text(req, message);
  }
}
