import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Application } from '../../applications/application.js';
import { Config } from '../../config/config.js';
import { ClientPages } from './client-pages.js';
import type { ManagedClient } from './managed-client.js';
import { shownSetting } from './shown-setting.js';

interface About {
  readonly isNew: boolean;
  /** What it was made for: its settings have the secret in them. */
  readonly application?: Application | undefined;
}

/** A secret that was just made, this once: it is the answer to the form that made it, and stands in no address. */
@Injectable()
export class SecretPage {
  constructor(
    private readonly config: Config,
    private readonly pages: ClientPages,
  ) {}

  async show(
    req: Request,
    res: Response,
    client: ManagedClient,
    secret: string,
    { isNew, application }: About,
  ): Promise<void> {
    res.setHeader('Cache-Control', 'no-store');
    this.pages.show(req, res, 'secret-made', {
      client,
      secret,
      isNew,
      discovery: this.pages.discovery(client),
      clientUrl: this.pages.url(client.id),
      hasOld: client.secret?.hasOld,
      // A change of language would show the page without the secret.
      codes: true,
      self: `/admin/clients`,
      application: application?.name,
      settings: application && (await this.settings(client, application, secret)),
    });
  }

  private async settings({ id, metadata }: ManagedClient, application: Application, secret: string) {
    const { valuesFor } = await import('../../applications/values.js');
    const values = { ...valuesFor(this.config.issuer, id, application, metadata), secret };
    return application.settings(values).map(shownSetting);
  }
}
