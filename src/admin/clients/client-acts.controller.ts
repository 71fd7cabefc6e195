import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Form, type Submitted } from '../../http/form.js';
import { IsIn, IsOptional, IsString, MaxLength } from '../../http/rules.js';
import { notFound } from '../../kernel/errors.js';
import type { PageData } from '../../http/pages.js';
import { Registrations } from '../../oidc/registration/registrations.service.js';
import { Pictures } from '../../users/picture.js';
import { actorOf, type Actor } from '../actor.js';
import { Operator } from '../console/operator.guard.js';
import { ClientPages } from './client-pages.js';
import { previewOf } from './client-preview.js';
import type { ManagedClient } from './managed-client.js';
import { ManagedClients } from './managed-clients.service.js';
import { SecretPage } from './secret.page.js';

class VersionForm {
  @IsString({ message: 'form.unusable' })
  version!: string;
}

class LogoForm extends VersionForm {
  @IsOptional()
  @IsIn(['set', 'remove'], { message: 'form.unusable' })
  act?: string;

  /** Which button it was: this one only shows. */
  @IsOptional()
  @IsString({ message: 'form.unusable' })
  preview?: string;

  /** What a preview has drawn, as base64: a browser keeps no file that was chosen on the page before. */
  @IsOptional()
  @MaxLength(10_000, { message: 'form.unusable' })
  @IsString({ message: 'form.unusable' })
  drawn?: string;
}

class RemoveForm {
  @IsString({ message: 'admin.clients.remove.mismatch' })
  confirm!: string;
}

const LOGO_PROBLEMS = {
  'too-large': 'admin.clients.logo.too-large',
  'too-many': 'form.unexpected',
} as const;

/** What is done with a client beside editing it; each on a page of its own. */
@Controller('admin/clients')
export class ClientActsController {
  constructor(
    private readonly clients: ManagedClients,
    private readonly registrations: Registrations,
    private readonly pictures: Pictures,
    private readonly pages: ClientPages,
    private readonly secretPage: SecretPage,
  ) {}

  @Operator()
  @Get(':client/secret')
  async askSecret(@Req() req: Request, @Res() res: Response, @Param('client') part: string): Promise<void> {
    this.showAct(req, res, 'secret', await this.withSecret(part));
  }

  @Operator()
  @Post(':client/secret')
  async rotate(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
    @Form(VersionForm) submitted: Submitted<VersionForm>,
  ): Promise<void> {
    const client = await this.withSecret(part);
    const version = submitted.valid ? Number(submitted.form.version) : -1;
    const rotated = await this.clients.rotateSecret(actorOf(req), client.id, version);
    if (rotated.kind === 'stale')
      return this.showAct(req, res, 'secret', await this.withSecret(part), {
        errors: { form: 'admin.clients.stale' },
      });
    if (rotated.kind !== 'done') throw notFound();
    await this.secretPage.show(req, res, rotated.client, rotated.secret!, { isNew: false });
  }

  @Operator()
  @Get(':client/old-secret')
  async askOldSecret(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
  ): Promise<void> {
    this.showAct(req, res, 'old-secret', await this.withSecret(part));
  }

  @Operator()
  @Post(':client/old-secret')
  async endOldSecret(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
  ): Promise<void> {
    const { id } = await this.withSecret(part);
    await this.clients.endOldSecret(actorOf(req), id);
    this.pages.done(res, id, 'client-old-secret-ended');
  }

  @Operator()
  @Get(':client/logo')
  async askLogo(@Req() req: Request, @Res() res: Response, @Param('client') part: string): Promise<void> {
    this.showAct(req, res, 'logo', await this.pages.ours(part));
  }

  /** Drawn anew, as every picture that is sent here. */
  @Operator()
  @Post(':client/logo')
  async setLogo(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
    @Form(LogoForm) submitted: Submitted<LogoForm>,
  ): Promise<void> {
    const client = await this.pages.ours(part);
    const refuse = (picture: string) => this.showAct(req, res, 'logo', client, { errors: { picture } });
    if (req.uploadProblem) return refuse(LOGO_PROBLEMS[req.uploadProblem]);
    if (!submitted.valid) return refuse('form.unexpected');
    const { version, act, preview, drawn: shown = '' } = submitted.form;
    let logo: string | undefined;
    if (act !== 'remove') {
      const bytes = req.file?.buffer ?? Buffer.from(shown, 'base64');
      if (bytes.length === 0) return refuse('admin.clients.logo.none');
      const drawn = await this.pictures.drawLogo(bytes);
      if (drawn.kind !== 'drawn') return refuse('admin.clients.logo.no-picture');
      const base64 = drawn.webp.toString('base64');
      logo = `data:image/webp;base64,${base64}`;
      if (preview !== undefined) {
        const picture = previewOf(client.metadata, logo, client.id);
        return this.showAct(req, res, 'logo', client, {
          version,
          drawn: base64,
          preview: picture,
          color: picture.color,
        });
      }
    }
    const set = await this.clients.setLogo(actorOf(req), client.id, Number(version), logo);
    if (set.kind === 'stale')
      return this.showAct(req, res, 'logo', await this.pages.ours(part), {
        errors: { picture: 'admin.clients.stale' },
      });
    this.pages.done(res, client.id, 'client-changed');
  }

  @Operator()
  @Get(':client/remove')
  async askRemove(@Req() req: Request, @Res() res: Response, @Param('client') part: string): Promise<void> {
    this.showAct(req, res, 'remove', await this.removable(part));
  }

  @Operator()
  @Post(':client/remove')
  async remove(
    @Req() req: Request,
    @Res() res: Response,
    @Param('client') part: string,
    @Form(RemoveForm) submitted: Submitted<RemoveForm>,
  ): Promise<void> {
    const client = await this.removable(part);
    if (!submitted.valid || submitted.form.confirm.trim() !== client.id)
      return this.showAct(req, res, 'remove', client, {
        errors: { confirm: 'admin.clients.remove.mismatch' },
      });
    if (!(await this.isRemoved(actorOf(req), client))) throw notFound();
    this.pages.doneWithAll(res, 'client-removed');
  }

  /** @returns false: somebody else was faster */
  private async isRemoved(actor: Actor, { id, origin }: ManagedClient): Promise<boolean> {
    if (origin === 'registered') return (await this.registrations.remove(id, actor)) !== undefined;
    return (await this.clients.remove(actor, id)).kind === 'removed';
  }

  /** @throws notFound for what the clients file declares: it is removed there */
  private async removable(part: string): Promise<ManagedClient> {
    const client = await this.pages.client(part);
    if (client.origin === 'file') throw notFound();
    return client;
  }

  private async withSecret(part: string): Promise<ManagedClient> {
    const client = await this.pages.ours(part);
    if (!client.secret) throw notFound();
    return client;
  }

  private showAct(
    req: Request,
    res: Response,
    act: 'secret' | 'old-secret' | 'logo' | 'remove',
    client: ManagedClient,
    data: PageData = {},
  ): void {
    this.pages.show(req, res, act, {
      client,
      version: client.version,
      isRegistered: client.origin === 'registered',
      action: this.pages.url(client.id, `/${act}`),
      cancelUrl: this.pages.url(client.id),
      ...data,
    });
  }
}
