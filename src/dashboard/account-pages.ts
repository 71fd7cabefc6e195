import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { browserName, browserParts } from '../http/browser-name.js';
import type { MessageRef } from '../http/form.js';
import { Pages, type PageData } from '../http/pages.js';
import { accountLeaving } from './account-leaving.js';
import { noticeOf } from './notices.js';

/** What all pages of the account have in common: what was just done, and whether the account is about to go. */
@Injectable()
export class AccountPages {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  /** @param page below views/dashboard/; its template is a block of the partial `account` */
  show(req: Request, res: Response, page: string, data: PageData = {}, status?: number): void {
    const common = {
      notice: noticeOf(req.query['done']),
      leaving: accountLeaving(req.person!.account, this.config),
    };
    this.pages.show(req, res, `dashboard/${page}`, { ...common, ...data }, status);
  }

  /** A page of the account, for links and forms: `url('/sessions')`. */
  url(path = ''): string {
    return `${this.config.basePath}/dashboard${path}`;
  }

  /** Leads to a page of the account, which says what was done (notices.ts). */
  done(res: Response, path: string, notice?: string): void {
    this.pages.redirect(res, `/dashboard${path}${notice ? `?done=${notice}` : ''}`);
  }

  text(req: Request, message: MessageRef): string {
    return this.pages.text(req, message);
  }

  /** "Firefox on Linux", in the reader's language. */
  browser(req: Request, userAgent: string | null | undefined): string {
    const { browser, system } = browserParts(userAgent);
    if (browser && system)
      return this.pages.text(req, { key: 'dashboard.activity.browser', params: { browser, system } });
    return browserName(userAgent) || this.pages.text(req, 'account.unknown-browser');
  }
}
