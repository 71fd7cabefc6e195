import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { BrowserIds } from './browser-id.js';
import type { FieldErrors, MessageRef } from './form.js';
import { Languages } from './language.js';
import { Views } from './views.js';

export interface PageData extends Record<string, unknown> {
  readonly errors?: FieldErrors;
  readonly notice?: MessageRef | undefined;
}

/** Answers a request with a page: the language, the form token and the messages' texts are filled in here. */
@Injectable()
export class Pages {
  constructor(
    private readonly config: Config,
    private readonly views: Views,
    private readonly languages: Languages,
    private readonly browserIds: BrowserIds,
  ) {}

  /** @param status 200, or 422 where a form is shown again with its mistakes, or 429 where it is said when to come back */
  show(
    req: Request,
    res: Response,
    page: string,
    data: PageData = {},
    status = data.errors ? (res.hasHeader('Retry-After') ? 429 : 422) : 200,
  ): void {
    res
      .status(status)
      .type('html')
      .send(this.html(req, res, page, data));
  }

  html(req: Request, res: Response, page: string, data: PageData): string {
    const lang = this.languages.of(req);
    const text = (message: MessageRef) => this.languages.text(lang, message);
    const filled = {
      self: req.url,
      ...data,
      errors: Object.fromEntries(
        Object.entries(data.errors ?? {}).map(([field, message]) => [field, text(message)]),
      ),
      notice: data.notice && text(data.notice),
    };
    const timeZone = req.languageHints?.timeZone ?? undefined;
    return this.views.render(page, filled, {
      lang,
      timeZone,
      formToken: this.browserIds.formToken(req, res),
    });
  }

  /** 303: after a POST the browser asks for the next page with GET, and never sends the form again. */
  redirect(res: Response, path: string): void {
    res.redirect(303, this.config.basePath + path);
  }

  /** The language that this request is answered in. */
  languageOf(req: Request): string {
    return this.languages.of(req);
  }

  text(req: Request, message: MessageRef): string {
    return this.languages.text(this.languages.of(req), message);
  }
}
