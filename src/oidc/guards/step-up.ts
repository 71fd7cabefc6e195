import { Provider, type Client } from 'oidc-provider';

/** What an application may ask of the sign-in itself. */
const ASKED = ['acr_values', 'max_age'] as const;

type Params = Record<string, string | undefined>;
type Asked = Partial<Record<(typeof ASKED)[number], string>>;
type Question = (this: Client, value: string) => boolean;

const HELD = 'askedOfTheSignIn';

/**
 * An application that merely calls an API is sent back for a stronger or fresher sign-in like any other, and its request needs
 * no `openid` for that (RFC 9470, section 4). The library refuses the two parameters there. So they are held back while it
 * looks at the scope: from its question for the response type to its question for the redirect URI.
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
  delete ctx.state[HELD];
  Object.assign(ctx.oidc.params as Params, held);
}
