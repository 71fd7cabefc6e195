import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { Transform } from 'class-transformer';
import type { Request, Response } from 'express';
import { Config } from '../../config/config.js';
import { Form, type Submitted } from '../../http/form.js';
import { Pages, type PageData } from '../../http/pages.js';
import { IsString, Matches, MaxLength } from '../../http/rules.js';
import { randomToken } from '../../kernel/secrets.js';
import { shownSetting } from '../clients/shown-setting.js';
import { Operator } from '../console/operator.guard.js';

const APPLY = {
  npm: 'npm run gatehouse -- clients apply',
  docker: 'docker compose exec gatehouse gatehouse clients apply',
};
const NO_APPLICATION = 'admin.first-client.no-application';
const NO_ADDRESS = 'admin.first-client.address-refused';

/** What stands here is pasted into files and shells: nothing that means something there. */
const ADDRESS = /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*\/?$/;

export class FirstClientForm {
  @IsString({ message: NO_APPLICATION })
  application!: string;

  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @Matches(ADDRESS, { message: NO_ADDRESS })
  @MaxLength(200, { message: NO_ADDRESS })
  @IsString({ message: NO_ADDRESS })
  address!: string;
}

/** What to paste to connect an application, here and there. Nothing is stored: the clients file says which clients there are. */
@Controller('admin/first-client')
export class FirstClientController {
  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Operator()
  @Get()
  ask(@Req() req: Request, @Res() res: Response): Promise<void> {
    return this.show(req, res, { values: {} });
  }

  /** A POST, although it changes nothing: nobody is led by a link to settings that somebody else has chosen. */
  @Operator()
  @Post()
  async answer(
    @Req() req: Request,
    @Res() res: Response,
    @Form(FirstClientForm) submitted: Submitted<FirstClientForm>,
  ): Promise<void> {
    if (!submitted.valid) return this.show(req, res, submitted);
    const { application: id, address } = submitted.form;
    const values = { application: id, address };
    const application = (await catalogue()).find((each) => each.id === id);
    if (!application) return this.show(req, res, { values, errors: { application: NO_APPLICATION } });

    const { firstClient } = await import('../../applications/first-client.js');
    const app = address.replace(/\/$/, '');
    const { entry, settings } = firstClient(this.config.issuer, application, app, randomToken(32));
    return this.show(req, res, {
      values,
      // Shown once: a change of language would make another secret.
      codes: true,
      result: { name: application.name, entry, settings: settings.map(shownSetting) },
    });
  }

  private async show(
    req: Request,
    res: Response,
    data: PageData & { readonly values: Record<string, string> },
  ): Promise<void> {
    const { basePath, clientsFile, dataDir } = this.config;
    this.pages.show(req, res, 'admin/first-client', {
      applications: (await catalogue()).map(({ id, name }) => ({
        id,
        name,
        selected: id === data.values['application'],
      })),
      file: clientsFile ?? `${dataDir}/clients.yaml`,
      commands: APPLY,
      action: `${basePath}/admin/first-client`,
      stepsUrl: `${basePath}/admin`,
      self: '/admin/first-client',
      ...data,
    });
  }
}

/** Loaded when somebody wants to see it (docs/decisions/0031). */
async function catalogue() {
  return (await import('../../applications/catalogue.js')).APPLICATIONS;
}
