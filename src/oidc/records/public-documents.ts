import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import inside from 'oidc-provider/lib/helpers/weak_cache.js';
import type { Config } from '../../config/config.js';

const DOCUMENTS = [
  '/oidc/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];
/** Milliseconds. What discovery says follows from settings and declarations; it is asked anew this often. */
const FRESH = 1_000;
/** The one header that depends on who asks. */
const ALLOW_ORIGIN = 'Access-Control-Allow-Origin';

interface Prepared {
  readonly headers: string[];
  /** The same for whoever names no origin. */
  readonly forAll: string[];
  /** Each character is a byte. */
  readonly body: string;
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
  }

  /** Puts itself in front of everything that the server does with a request. */
  standBefore(server: Server): void {
    const [behind] = server.listeners('request') as [RequestListener];
    server.removeAllListeners('request');
    server.on('request', (req: IncomingMessage, res: ServerResponse<IncomingMessage>) => {
      const document = req.method === 'GET' ? this.targets.get(req.url!) : undefined;
      if (document && this.answers(document, req, res)) return;
      if (document) this.keep(document, res);
      behind(req, res);
    });
  }

  private answers(document: string, req: IncomingMessage, res: ServerResponse): boolean {
    const prepared = this.prepared.get(document);
    if (!prepared || !this.isCurrent(prepared)) return false;
    // In the spelling by which whoever counts requests knows it.
    req.url = document;
    const { origin } = req.headers;
    res.writeHead(200, origin === undefined ? prepared.forAll : [...prepared.headers, ALLOW_ORIGIN, origin]);
    // A text goes out in one piece with the headers, bytes would follow them in a second one.
    res.end(prepared.body, 'latin1');
    return true;
  }

  /** What leaves, after everybody who had a part in it. */
  private keep(document: string, res: ServerResponse): void {
    // Before the keys are read: what is made while they change counts as made with the old ones.
    const jwks = inside(this.provider)?.jwks;
    const end = res.end.bind(res) as (...args: unknown[]) => ServerResponse;
    res.end = (...args: unknown[]) => {
      const [chunk] = args;
      if (res.statusCode === 200 && typeof chunk === 'string') {
        const headers = Object.entries(res.getHeaders())
          .filter(([name]) => name.toLowerCase() !== ALLOW_ORIGIN.toLowerCase())
          .flatMap(([name, value]) => [name, String(value)]);
        this.prepared.set(document, {
          headers,
          forAll: [...headers, ALLOW_ORIGIN, '*'],
          body: Buffer.from(chunk).toString('latin1'),
          jwks,
          madeAt: performance.now(),
        });
      }
      return end(...args);
    };
  }

  private isCurrent({ jwks, madeAt }: Prepared): boolean {
    return jwks === inside(this.provider)?.jwks && performance.now() - madeAt < FRESH;
  }
}
