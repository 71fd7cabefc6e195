import type { Context, Next } from 'koa';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import inside from 'oidc-provider/lib/helpers/weak_cache.js';
import type { Config } from '../config/config.js';

const DOCUMENTS = [
  '/oidc/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];
/** Milliseconds. What discovery says follows from settings and declarations; it is asked anew this often. */
const FRESH = 1_000;
/** The one header that depends on who asks. */
const ORIGIN = 'access-control-allow-origin';

interface Prepared {
  readonly headers: string[];
  readonly body: Buffer;
  /** The keys it was made with: others make another document at once. */
  readonly jwks: unknown;
  readonly madeAt: number;
}

/**
 * Every application fetches these, and they are the same for all: they are kept as the provider answered them last, headers
 * included, and sent before anything else looks at the request.
 */
export class PublicDocuments {
  private readonly prepared = new Map<string, Prepared>();
  /** The document that a request target means, for each way to write it. */
  private readonly targets: ReadonlyMap<string, string>;

  constructor(
    private readonly provider: Provider,
    { basePath }: Pick<Config, 'basePath'>,
  ) {
    this.targets = new Map(
      DOCUMENTS.flatMap((path) => [basePath + path, path].map((target) => [target, path])),
    );
    provider.use((ctx: Context, next: Next) => this.keep(ctx, next));
  }

  /** Puts itself in front of everything that the server does with a request. */
  standBefore(server: Server): void {
    const [behind] = server.listeners('request') as [RequestListener];
    server.removeAllListeners('request');
    server.on('request', (req: IncomingMessage, res: ServerResponse<IncomingMessage>) => {
      if (!this.answers(req, res)) behind(req, res);
    });
  }

  private answers(req: IncomingMessage, res: ServerResponse): boolean {
    const document = req.method === 'GET' ? this.targets.get(req.url!) : undefined;
    const prepared = document && this.prepared.get(document);
    if (!prepared || !this.isCurrent(prepared)) return false;
    res.writeHead(200, [...prepared.headers, 'Access-Control-Allow-Origin', req.headers.origin ?? '*']);
    res.end(prepared.body);
    return true;
  }

  private async keep(ctx: Context, next: Next): Promise<void> {
    // Before the keys are read: what is made while they change counts as made with the old ones.
    const jwks = inside(this.provider)?.jwks;
    await next();
    if (ctx.method !== 'GET' || ctx.status !== 200 || !DOCUMENTS.includes(ctx.path)) return;
    const body = Buffer.from(JSON.stringify(ctx.body));
    ctx.length = body.length;
    const headers = Object.entries(ctx.res.getHeaders()).filter(([name]) => name.toLowerCase() !== ORIGIN);
    this.prepared.set(ctx.path, {
      headers: headers.flatMap(([name, value]) => [name, String(value)]),
      body,
      jwks,
      madeAt: performance.now(),
    });
  }

  private isCurrent({ jwks, madeAt }: Prepared): boolean {
    return jwks === inside(this.provider)?.jwks && performance.now() - madeAt < FRESH;
  }
}
