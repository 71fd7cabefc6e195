import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { Config } from '../config/config.js';
import { Languages } from '../http/language.js';
import { Pages } from '../http/pages.js';
import { requestId } from '../http/request-id.js';
import { routeName } from '../http/route-name.js';
import { allowFormRedirectTo } from '../http/security-headers.js';
import { Clients, type ClientFace } from '../clients/clients.service.js';
import { shown } from './shown-client.js';

/** The pages that the provider itself shows: errors that cannot be sent to an application, and sign-out. */
@Injectable()
export class ProviderPages {
  private readonly logger = new Logger('Oidc');

  constructor(
    private readonly config: Config,
    private readonly pages: Pages,
    private readonly languages: Languages,
    private readonly clients: Clients,
  ) {}

  error(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void {
    const { req } = express(ctx);
    const status = ctx.status >= 400 ? ctx.status : 400;
    const reference = status >= 500 ? requestId(req) : undefined;
    if (reference)
      this.logger.error(
        `${out.error} ${reference} ${ctx.method} ${routeName(req)}: ${error.stack ?? error.message}`,
      );
    this.hintLanguage(ctx);
    const kind = this.languages.has(`error.oauth-${out.error}.heading`)
      ? `oauth-${out.error}`
      : reference
        ? 'internal'
        : 'oauth';
    this.send(ctx, 'http/error', {
      status,
      heading: this.pages.text(req, `error.${kind}.heading`),
      message: this.pages.text(req, `error.${kind}.message`),
      // A description of the library's for a server error would be its inside.
      oauth: reference ? undefined : { error: out.error, description: out.error_description },
      reference,
      homeUrl: `${this.config.basePath}/`,
      self: '/',
    });
    ctx.status = status;
  }

  async askSignOut(ctx: KoaContextWithOIDC): Promise<void> {
    this.hintLanguage(ctx);
    const { state } = ctx.oidc.session as { state?: { secret: string; postLogoutRedirectUri?: string } };
    allowFormRedirectTo(ctx.res, state?.postLogoutRedirectUri);
    this.send(ctx, 'oidc/sign-out', {
      action: ctx.oidc.urlFor('end_session_confirm'),
      xsrf: state?.secret,
      client: await this.face(ctx),
      self: '/',
    });
  }

  async signedOut(ctx: KoaContextWithOIDC): Promise<void> {
    this.hintLanguage(ctx);
    this.send(ctx, 'oidc/signed-out', {
      client: await this.face(ctx),
      homeUrl: `${this.config.basePath}/`,
      self: '/',
    });
  }

  private send(ctx: KoaContextWithOIDC, page: string, data: Record<string, unknown>): void {
    const { req, res } = express(ctx);
    ctx.type = 'html';
    ctx.body = this.pages.html(req, res, page, data);
  }

  private async face(ctx: KoaContextWithOIDC): Promise<ClientFace | undefined> {
    const { client } = ctx.oidc;
    return client && this.clients.face(shown(client));
  }

  private hintLanguage(ctx: KoaContextWithOIDC): void {
    const uiLocales = ctx.oidc.params?.['ui_locales'] ?? ctx.query['ui_locales'];
    if (typeof uiLocales === 'string') express(ctx).req.languageHints = { uiLocales };
  }
}

/** Express passed these on to the provider; they are the same objects. */
function express(ctx: KoaContextWithOIDC): { req: Request; res: Response } {
  return { req: ctx.req as Request, res: ctx.res as Response };
}
