import type { Context, Next } from 'koa';
import type { Provider } from 'oidc-provider';

type Fields = Record<string, unknown>;
interface RequestContext {
  readonly ctx: Context;
  [BODY]?: Fields;
}

const BODY = Symbol('body');

/**
 * Some public clients say who they are by HTTP Basic with an empty secret (oidc-agent; `curl -u id:`), as RFC 6749, section
 * 2.3.1, lets those do whose secret is empty. The library finds a secret missing. It proves nothing, so for a client that has
 * none it counts as what it is: its client_id. For any other it stays what the library makes of it.
 */
export function takeEmptySecrets(provider: Provider): void {
  const { OIDCContext } = provider as unknown as { OIDCContext: { prototype: RequestContext } };
  Object.defineProperty(OIDCContext.prototype, 'body', {
    get(this: RequestContext) {
      return this[BODY];
    },
    set(this: RequestContext, body: Fields) {
      const id = this.ctx.state['namedClient'] as string | undefined;
      const authenticates = body['client_secret'] !== undefined || body['client_assertion'] !== undefined;
      const agrees = body['client_id'] === undefined || body['client_id'] === id;
      const isNamed = id !== undefined && !authenticates && agrees;
      if (isNamed) delete this.ctx.req.headers.authorization;
      this[BODY] = isNamed ? { ...body, client_id: id } : body;
    },
  });
  provider.use(async (ctx: Context, next: Next) => {
    const id = idWithEmptySecret(ctx.get('Authorization'));
    const client = id === undefined ? undefined : await provider.Client.find(id);
    if (client?.clientAuthMethod === 'none') ctx.state['namedClient'] = id;
    await next();
  });
}

function idWithEmptySecret(authorization: string): string | undefined {
  const [, credentials] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  if (!credentials) return undefined;
  const [, id] = /^([^:]+):$/.exec(Buffer.from(credentials, 'base64').toString()) ?? [];
  try {
    return id && decodeURIComponent(id.replace(/\+/g, '%20'));
  } catch {
    return undefined;
  }
}
