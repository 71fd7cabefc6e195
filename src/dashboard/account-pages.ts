import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { browserName, browserParts } from '../http/browser-name.js';
import type { MessageRef } from '../http/form.js';
import { Pages, type PageData } from '../http/pages.js';
import { Approvals } from '../oidc/devices/approvals.service.js';
import { Operators } from '../users/operators.service.js';
import { accountLeaving } from './account-leaving.js';
import { noticeOf } from './notices.js';

/**
 * What all pages of the account have in common: what was just done, whether the account is about to go, and in the navigation
 * how many applications wait for an answer, and the operators' pages for those who may open them.
 */
@Injectable()
export class AccountPages {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
    private readonly approvals: Approvals,
    private readonly operators: Operators,
  ) {}

  /** @param page below views/dashboard/; its template is a block of the partial `account` */
  async show(req: Request, res: Response, page: string, data: PageData = {}, status?: number): Promise<void> {
    const { account } = req.person!;
    const common = {
      notice: noticeOf(req.query['done']),
      leaving: accountLeaving(account, this.config),
      approvalsWaiting: await this.approvals.count(account.id),
      // Only what is shown; each of those pages asks for itself (admin/console/operator.guard.ts).
      operator: (await this.operators.roleOf(account.id)) !== undefined,
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
