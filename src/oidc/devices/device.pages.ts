import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { errors, type Client, type ErrorOut, type KoaContextWithOIDC } from 'oidc-provider';
import { tooOften } from '../../attempts/too-often.js';
import { Audit } from '../../audit/audit.service.js';
import { Clients } from '../../clients/clients.service.js';
import { browserName } from '../../http/browser-name.js';
import type { FieldErrors } from '../../http/form.js';
import { Pages } from '../../http/pages.js';
import { visitor } from '../../http/visitor.js';
import { SECOND } from '../../kernel/clock.js';
import { DEVICE_PATH } from './device-requests.js';
import { ProviderPages } from '../provider.pages.js';
import { canonicalUserCode, shownUserCode } from './user-code.js';
import { TooManyUserCodes } from './user-codes.service.js';
import { shown } from '../shown-client.js';

/** What is known of a device; it can say anything of itself. */
export interface DeviceInfo {
  readonly userAgent?: string | undefined;
  readonly address?: string | undefined;
}

/** From where a device asks, kept with its code so that the person can see whether it is theirs. */
export function deviceInfo(): Record<string, unknown> {
  const { userAgent, address } = visitor() ?? {};
  return { userAgent, address } satisfies DeviceInfo;
}

/** The library's names for what can be wrong with a code. */
const MISTAKES: Readonly<Record<string, string>> = {
  NoCodeError: 'form.user-code-missing',
  NotFoundError: 'form.user-code-unknown',
  ExpiredError: 'form.user-code-unknown',
  AlreadyUsedError: 'form.user-code-used',
};

/** The pages on which a device is connected: its code, whose device it is, and what came of it (RFC 8628, section 3.3). */
@Injectable()
export class DevicePages {
  constructor(
    private readonly pages: Pages,
    private readonly providerPages: ProviderPages,
    private readonly clients: Clients,
    private readonly audit: Audit,
  ) {}

  /** Also whatever went wrong on the way leads here. */
  askCode(ctx: KoaContextWithOIDC, out?: ErrorOut, error?: Error): void {
    if (error?.name === 'AbortedError') return this.refused(ctx);
    if (error && isWithoutSession(ctx)) return anew(ctx);
    const mistake = error && this.mistake(ctx, error);
    if (error && !mistake) return this.providerPages.error(ctx, out!, error);
    const typed = (ctx.state['userCode'] ?? ctx.oidc.params?.['user_code']) as string | undefined;
    const code = canonicalUserCode(typeof typed === 'string' ? typed.slice(0, 40) : '');
    this.send(ctx, 'device-code', {
      ...this.form(ctx),
      value: code && shownUserCode(code),
      // It came with the address, and is to be compared.
      isGiven: ctx.state['userCode'] !== undefined,
      ...(mistake ? { errors: mistake } : {}),
    });
  }

  async confirm(ctx: KoaContextWithOIDC, client: Client): Promise<void> {
    const code = ctx.oidc.entities.DeviceCode!;
    const { userAgent, address } = (code.deviceInfo ?? {}) as DeviceInfo;
    this.send(ctx, 'device-confirm', {
      ...this.form(ctx),
      client: await this.clients.face(shown(client)),
      userCode: code.userCode,
      shownCode: shownUserCode(code.userCode),
      device: browserName(userAgent) || userAgent,
      address,
      askedAt: new Date(code.iat * SECOND),
    });
  }

  async connected(ctx: KoaContextWithOIDC): Promise<void> {
    const { client, session } = ctx.oidc;
    const { userAgent, address } = (ctx.oidc.entities.DeviceCode?.deviceInfo ?? {}) as DeviceInfo;
    await this.audit.record(
      'device.connected',
      {
        accountId: session?.accountId,
        clientId: client!.clientId,
        detail: { userAgent: userAgent ?? null, address: address ?? null },
      },
      ctx.req as Request,
    );
    this.send(ctx, 'device-connected', { client: await this.clients.face(shown(client!)) });
  }

  private refused(ctx: KoaContextWithOIDC): void {
    ctx.status = 200;
    this.send(ctx, 'device-refused', { again: ctx.oidc.urlFor('code_verification') });
  }

  /** What is wrong with what was typed; undefined: something else is wrong. */
  private mistake(ctx: KoaContextWithOIDC, error: Error): FieldErrors | undefined {
    if (error instanceof TooManyUserCodes) return { form: tooOften(ctx.res as Response, error) };
    const code = MISTAKES[error.name];
    if (code) {
      ctx.status = 422;
      return { user_code: code };
    }
    // Its anti-forgery token is another page's by now.
    const stale = error instanceof errors.InvalidRequest && ctx.oidc.route === 'code_verification';
    return stale ? { form: 'form.device-stale' } : undefined;
  }

  private form(ctx: KoaContextWithOIDC) {
    const { state } = ctx.oidc.session as { state?: { secret: string } };
    return { action: ctx.oidc.urlFor('code_verification'), xsrf: state?.secret };
  }

  private send(ctx: KoaContextWithOIDC, page: string, data: Record<string, unknown>): void {
    const uiLocales = ctx.oidc.params?.['ui_locales'];
    const req = ctx.req as Request;
    if (typeof uiLocales === 'string') req.languageHints = { uiLocales };
    ctx.type = 'html';
    ctx.body = this.pages.html(req, ctx.res as Response, `oidc/${page}`, { self: DEVICE_PATH, ...data });
  }
}

/** The browser lost its session while the form stood open, or never had one: there is nothing that a form could be kept in. */
function isWithoutSession({ oidc, method }: KoaContextWithOIDC): boolean {
  const isForm = method === 'GET' && oidc.route === 'code_verification';
  return !isForm && oidc.session?.exp === undefined;
}

function anew(ctx: KoaContextWithOIDC): void {
  // The library would save a session that was never kept.
  Object.assign(ctx.oidc.session ?? {}, { touched: false });
  ctx.redirect(ctx.oidc.urlFor('code_verification'));
  ctx.status = 303;
}
