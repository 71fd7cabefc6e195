import { Logger } from '@nestjs/common';
import { urlencoded, type Request, type RequestHandler, type Response } from 'express';
import type { EventEmitter } from 'node:events';
import type { Context, Next } from 'koa';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Audit } from '../audit/audit.service.js';
import { allowFormRedirectTo } from '../http/security-headers.js';
import { interactionGone } from '../kernel/errors.js';
import type { InteractionTokens } from './interaction-tokens.js';
import { isDatabaseAway } from '../database/failures.js';
import { RecordLost, type RecordStore } from './record.store.js';
import { signOutForApplications } from './sign-out.js';

const PATHS = /^\/(oidc\/|\.well-known\/(openid-configuration|oauth-authorization-server)$)/;
/** The same for everyone, so applications may keep them for a while. */
const PUBLIC_DOCUMENTS = /^\/(oidc\/jwks|\.well-known\/[a-z-]+)$/;

/** OpenID Connect Core, section 3.1.2.1, and RP-Initiated Logout, section 2, want these by POST as well. */
const POSTED_BY_BROWSERS = /^\/oidc\/(auth|session\/end)$/;

/** What the provider's requests need of the rest. */
export interface MountParts {
  readonly provider: Provider;
  readonly records: RecordStore;
  readonly tokens: InteractionTokens;
  readonly audit: Audit;
}

/** Lets the provider answer its own paths and no others. It must come before any body parser. */
export function mountProvider({ provider, records, tokens, audit }: MountParts): RequestHandler {
  provider.use(refreshTokensNeedConsent);
  provider.use((ctx: Context, next: Next) =>
    commitBeforeAnswering(ctx, next, records, new URL(provider.issuer).pathname),
  );
  provider.use((ctx: Context, next: Next) =>
    signOutForApplications(ctx as KoaContextWithOIDC, next, provider, { records, audit }),
  );
  provider.use(letFormPostLeave);
  logRefusals(provider);
  const callback = provider.callback();
  const parseForm = urlencoded({ extended: false, limit: '64kb' });
  return (req, res, next) => {
    if (!PATHS.test(req.path)) return next();
    if (req.method === 'POST' && POSTED_BY_BROWSERS.test(req.path)) {
      parseForm(req, res, (error?: unknown) => (error ? next(error) : askAgainByGet(req, res)));
      return;
    }
    if (req.method === 'GET' && PUBLIC_DOCUMENTS.test(req.path))
      res.setHeader('Cache-Control', 'public, max-age=300');
    tokens
      .mayResume(req)
      .then(
        (may) => (may ? void callback(req, res) : next(interactionGone('signed in by another browser'))),
        next,
      );
  };
}

/** A form from another site comes without our SameSite cookies; the redirect to the same request by GET brings them along. */
function askAgainByGet(req: Request, res: Response): void {
  const form = req.body as Record<string, string | string[]> | undefined;
  const params = Object.entries(form ?? {}).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  res.redirect(303, `${req.originalUrl.split('?')[0]}?${new URLSearchParams(params).toString()}`);
}

/** The request's writes are committed together once the answer stands, and before it leaves. */
async function commitBeforeAnswering(
  ctx: Context,
  next: Next,
  records: RecordStore,
  home: string,
): Promise<void> {
  try {
    await records.batch(next);
  } catch (error) {
    clearAnswer(ctx);
    if (error instanceof RecordLost && error.kind === 'Session') {
      // The person signed out, or was signed out, meanwhile: asked again, the request finds no session and says so.
      ctx.redirect(ctx.method === 'GET' ? ctx.originalUrl : home);
      ctx.status = 303;
    } else if (error instanceof RecordLost) {
      // Used twice at the same moment: like any reuse it ends what was issued (RFC 6749, section 4.1.2; RFC 9700, section 4.14.2).
      if (error.grantHash) await records.revokeGrantHash(error.grantHash);
      ctx.status = 400;
      ctx.body = {
        error: error.kind === 'ReplayDetection' ? 'invalid_client' : 'invalid_grant',
        error_description: 'grant request is invalid',
      };
    } else if (isDatabaseAway(error)) {
      unavailable(ctx);
    } else {
      throw error;
    }
  }
  // The library's own handlers have made an error page of it; what it says must still be "later", not "broken".
  if (ctx.status >= 500 && isDatabaseAway(ctx.state['cause'])) unavailable(ctx);
}

function clearAnswer(ctx: Context): void {
  ctx.remove('Set-Cookie');
  ctx.remove('Location');
}

function unavailable(ctx: Context): void {
  ctx.status = 503;
  ctx.set('Retry-After', '5');
  ctx.body = {
    error: 'temporarily_unavailable',
    error_description: 'the database cannot be reached; try again in a few seconds',
  };
}

/** `response_mode=form_post` is a form that leads to the application: our policy would keep it here. */
async function letFormPostLeave(ctx: Context, next: Next): Promise<void> {
  await next();
  const { oidc } = ctx as KoaContextWithOIDC;
  if (oidc?.params?.['response_mode'] === 'form_post' && oidc.redirectUriCheckPerformed) {
    allowFormRedirectTo(ctx.res, oidc.params['redirect_uri'] as string);
  }
}

/**
 * OpenID Connect Core, section 11, wants `prompt=consent` with offline_access, and many clients do not know it: their
 * request would silently yield no refresh token. It is added for them, so that the person is asked.
 */
async function refreshTokensNeedConsent(ctx: Context, next: Next): Promise<void> {
  const { scope, prompt } = ctx.query;
  if (
    ctx.path.endsWith('/oidc/auth') &&
    prompt === undefined &&
    typeof scope === 'string' &&
    scope.split(' ').includes('offline_access')
  ) {
    ctx.query = { ...ctx.query, prompt: 'consent' };
  }
  await next();
}

/** What an operator needs to mend a client's settings; JSON, so that nothing typed by anyone can break a log line. */
function logRefusals(provider: Provider): void {
  const logger = new Logger('Oidc');
  const remember = (ctx: KoaContextWithOIDC, error: Error) => (ctx.state['cause'] = error);
  provider.on('server_error', remember);
  provider.on('authorization.error', (ctx: KoaContextWithOIDC, error: Error) => {
    const { client, params } = ctx.oidc;
    if (error instanceof errors.InvalidRedirectUri) {
      const got = params?.['redirect_uri'];
      logger.warn(
        `redirect_uri refused ${JSON.stringify({ client_id: client?.clientId, got, registered: client?.redirectUris })}`,
      );
    } else {
      logger.warn(
        `authorization refused ${JSON.stringify({ client_id: params?.['client_id'], ...describe(error) })}`,
      );
    }
  });
  const emitter: EventEmitter = provider;
  for (const endpoint of [
    'grant.error',
    'userinfo.error',
    'introspection.error',
    'revocation.error',
    'end_session.error',
  ]) {
    emitter.on(endpoint, (ctx: KoaContextWithOIDC, error: Error) => {
      logger.warn(
        `${endpoint} ${JSON.stringify({ client_id: ctx.oidc?.client?.clientId, ...describe(error) })}`,
      );
    });
  }
}

function describe(error: Error): Record<string, unknown> {
  const {
    error: code,
    error_description: description,
    error_detail: detail,
  } = error as Error & Record<string, unknown>;
  return { error: code ?? error.message, description, detail };
}
