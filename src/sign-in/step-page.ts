import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config/config.js';
import { Pages, type PageData } from '../http/pages.js';
import { DASHBOARD_CLIENT_ID } from '../clients/built-in-clients.js';

/** What all pages of an interaction have in common: whom one signs in for, and the ways onward and out. */
@Injectable()
export class StepPages {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  show(req: Request, res: Response, page: string, data: PageData, status?: number): void {
    const { interaction, account } = req.signIn!;
    this.pages.show(
      req,
      res,
      page,
      {
        // Our own pages need no introduction.
        client: interaction.client.id === DASHBOARD_CLIENT_ID ? undefined : interaction.client,
        account: account && { username: account.username },
        cancelAction: this.url(req, 'cancel'),
        self: `/interaction/${interaction.uid}`,
        ...data,
      },
      status,
    );
  }

  /** A page of this interaction, for links and forms. */
  url(req: Request, page: string): string {
    return `${this.config.basePath}/interaction/${req.signIn!.interaction.uid}/${page}`;
  }

  /** What a challenge or an offered secret is bound to: nothing made in one interaction counts in another. */
  ceremony(req: Request): string {
    return `interaction:${req.signIn!.interaction.uid}`;
  }

  /** A step is done: the dispatcher says what follows. */
  onward(req: Request, res: Response): void {
    this.pages.redirect(res, `/interaction/${req.signIn!.interaction.uid}`);
  }
}
