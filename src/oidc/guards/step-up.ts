import type { Context } from 'koa';
import { Provider, type Client, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';

/** What an application may ask of the sign-in itself. */
const ASKED = ['acr_values', 'max_age'] as const;

interface RequestContext {
  readonly ctx: Context;
  readonly route: string;
}
type Params = Record<string, string | undefined>;
type Asked = Partial<Record<(typeof ASKED)[number], string>>;
type Question = (this: Client, value: string) => boolean;

/** The library's questions for the APIs that are meant: it asks one of them in each request. */
interface ResourceQuestions {
  readonly defaultResource: (
    ctx: KoaContextWithOIDC,
    client: Client,
    oneOf?: readonly string[],
  ) => Promise<string | readonly string[] | undefined>;
  readonly getResourceServerInfo: (
    ctx: KoaContextWithOIDC,
    identifier: string,
    client: Client,
  ) => Promise<ResourceServer>;
}

const HELD = 'askedOfTheSignIn';

/**
 * An application that merely calls an API is sent back for a stronger or fresher sign-in like any other, and its request needs
 * no `openid` for that (RFC 9470, section 4). The library refuses the two parameters there. So they are held back while it
 * looks at the scope: from its question for the response type to its question for the redirect URI. A device has neither
 * (RFC 8628): there it is from where the library begins with the scope to its question for the API.
 */
export function stepUpWithoutOpenid(provider: Provider): void {
  const prototype = provider.Client.prototype as unknown as Record<string, Question>;
  const { responseTypeAllowed, redirectUriAllowed } = prototype;
  prototype['responseTypeAllowed'] = function (type) {
    hold();
    return responseTypeAllowed!.call(this, type);
  };
  prototype['redirectUriAllowed'] = function (uri) {
    giveBack();
    return redirectUriAllowed!.call(this, uri);
  };
  holdForDevices(provider);
}

/** The other end of it for devices. */
export function givingBack<Indicators extends ResourceQuestions>(indicators: Indicators): Indicators {
  const { defaultResource, getResourceServerInfo } = indicators;
  return {
    ...indicators,
    defaultResource: (ctx: KoaContextWithOIDC, client: Client, oneOf?: readonly string[]) => {
      giveBack();
      return defaultResource(ctx, client, oneOf);
    },
    getResourceServerInfo: (ctx: KoaContextWithOIDC, identifier: string, client: Client) => {
      giveBack();
      return getResourceServerInfo(ctx, identifier, client);
    },
  };
}

/** The library looks at a device's prompts, which has none, just before it looks at its scope; when it does so later, both are back. */
function holdForDevices(provider: Provider): void {
  const { prototype } = (provider as unknown as { OIDCContext: { prototype: RequestContext } }).OIDCContext;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the context, below
  const { get: prompts } = Object.getOwnPropertyDescriptor(prototype, 'prompts')!;
  Object.defineProperty(prototype, 'prompts', {
    get(this: RequestContext): unknown {
      if (this.route === 'device_authorization' && !(HELD in this.ctx.state)) hold();
      return prompts!.call(this);
    },
  });
}

function hold(): void {
  const ctx = Provider.ctx;
  const params = ctx?.oidc.params as Params | undefined;
  if (!ctx || !params || params['scope']?.split(' ').includes('openid')) return;
  const held: Asked = {};
  for (const name of ASKED) {
    if (params[name] === undefined) continue;
    held[name] = params[name];
    params[name] = undefined;
  }
  ctx.state[HELD] = held;
}

function giveBack(): void {
  const ctx = Provider.ctx;
  const held = ctx?.state[HELD] as Asked | undefined;
  if (!ctx || !held) return;
  // That both have been held once is remembered.
  ctx.state[HELD] = {};
  Object.assign(ctx.oidc.params as Params, held);
}
