import type { Context, Next } from 'koa';
import { Provider, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import { allowFormRedirectTo, allowFrameOf } from '../../http/security-headers.js';
import { signsMessages } from '../../clients/profiles.js';

type Question = (this: Client, ...args: Parameters<Client['responseModeAllowed']>) => boolean;

/**
 * Which ways an answer may take. `web_message` lets another page frame ours, so it is for clients that name it. And what is
 * refused is not said in the way that was refused: it goes the usual way, signed where the client wants it signed.
 */
export function limitResponseModes(provider: Provider): void {
  const { prototype } = provider.Client;
  const { responseModeAllowed: allowed } = prototype as unknown as { responseModeAllowed: Question };
  prototype.responseModeAllowed = function (mode, type, profile) {
    const named = this['responseModes'] as string[] | undefined;
    const framed = /^web_message/.test(mode) && !named?.includes(mode);
    if (!framed && allowed.call(this, mode, type, profile)) return true;
    const params = Provider.ctx?.oidc.params;
    if (params) params['response_mode'] = signsMessages(this['profile']) ? 'jwt' : undefined;
    return false;
  };
}

/** Two ways are pages that lead to the application, which our policy would keep here. */
export async function letResponsesLeave(ctx: Context, next: Next): Promise<void> {
  await next();
  const { oidc } = ctx as KoaContextWithOIDC;
  const { response_mode: mode, redirect_uri: uri } = (oidc?.params ?? {}) as Record<
    string,
    string | undefined
  >;
  if (!uri || !oidc?.client?.redirectUriAllowed(uri)) return;
  if (/^form_post(\.jwt)?$/.test(mode ?? '')) allowFormRedirectTo(ctx.res, uri);
  if (/^web_message(\.jwt)?$/.test(mode ?? '') && !ctx.res.hasHeader('X-Frame-Options'))
    allowFrameOf(ctx.res, uri);
}
