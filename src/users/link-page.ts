import { Injectable } from '@nestjs/common';
import { IsString, MaxLength } from '../http/rules.js';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Languages } from '../http/language.js';
import { Pages, type PageData } from '../http/pages.js';
import { notFound } from '../kernel/errors.js';

/** The token of a link, on its way from the page that the link opened to the button on it. */
export class TokenForm {
  @MaxLength(100, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  token!: string;
}

/** What the words of a link's page speak of. */
export interface LinkWords {
  readonly username?: string;
  readonly email?: string;
}

/** The pages that links in mails open. Opening one does nothing: mail scanners open them too. The button on it does. */
@Injectable()
export class LinkPages {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
    private readonly languages: Languages,
  ) {}

  /** @param purpose its words are the messages `link.<purpose>.heading|text|action` */
  ask(
    req: Request,
    res: Response,
    purpose: string,
    token: unknown,
    words: LinkWords = {},
    more: PageData = {},
  ): void {
    const heading = this.pages.text(req, { key: `link.${purpose}.heading`, params: { ...words } });
    this.pages.show(req, res, 'users/link', {
      title: heading,
      heading,
      text: this.pages.text(req, { key: `link.${purpose}.text`, params: { ...words } }),
      label: this.pages.text(req, `link.${purpose}.action`),
      action: this.config.basePath + req.path,
      token,
      // The token stays out of where a change of language returns to.
      self: req.path,
      ...more,
    });
  }

  /** 303: reloading what follows does not send the token again. */
  redirectToDone(res: Response, purpose: string): void {
    this.pages.redirect(res, `/link-done/${purpose}`);
  }

  /**
   * @param purpose its words are the messages `link.<purpose>.done-heading|done-text`
   * @throws notFound where there are no such words
   */
  done(req: Request, res: Response, purpose: string): void {
    if (!this.languages.has(`link.${purpose}.done-heading`)) throw notFound();
    const heading = this.pages.text(req, `link.${purpose}.done-heading`);
    this.pages.show(req, res, 'users/link-done', {
      title: heading,
      heading,
      text: this.pages.text(req, `link.${purpose}.done-text`),
      // The password does not open it any more: the way back in is a mail, or the operator.
      closed: ['not-me', 'not-me-closed', 'undo-email-change'].includes(purpose),
      accountUrl: `${this.config.basePath}/dashboard`,
    });
  }
}
