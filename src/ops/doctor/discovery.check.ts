import type { Config } from '../../config/config.js';
import type { Answer, Ask } from './ask.js';
import { error, fine, type Finding } from './findings.js';
import { schemeOrPlace } from './ways-back.check.js';

const CHECK = 'issuer';
/** RFC 8414: the same document, looked for at the root. */
const AT_THE_ROOT = '/.well-known/oauth-authorization-server';

/** Whether the public URL leads here, and says of itself what it should. */
export async function discoveryFinding(config: Config, answer: Answer, ask: Ask): Promise<Finding> {
  const { issuer } = config;
  const { status, headers } = answer;
  if (status >= 300 && status < 400) return schemeOrPlace(config, CHECK, headers.location ?? '');
  const document = documentIn(answer);
  if (document?.['issuer'] === issuer) return endpointsFinding(config, document);
  if (typeof document?.['issuer'] === 'string')
    return error(
      CHECK,
      'issuer-other',
      `${issuer} is answered for the issuer ${JSON.stringify(document['issuer'].slice(0, 200))}`,
      'start the server with the same GATEHOUSE_URL as this command, or lead the address to the right server',
    );
  if (status >= 502 && status <= 504)
    return error(
      CHECK,
      'server-away',
      `a proxy answers at ${issuer} with ${status}: it does not reach Gatehouse, or Gatehouse cannot work`,
      'start Gatehouse, and see that the proxy leads to GATEHOUSE_PORT; then look at /health/ready',
    );
  if (config.basePath) {
    const atTheRoot = documentIn(await ask(config.origin + AT_THE_ROOT).catch(() => undefined));
    if (atTheRoot?.['issuer'] === issuer)
      return error(
        CHECK,
        'path-not-passed',
        `the proxy leads ${config.origin}/ to Gatehouse, and ${config.basePath}, the path of GATEHOUSE_URL, elsewhere (${status})`,
        `lead ${config.basePath}/ to Gatehouse, too (the path may be kept or stripped), or leave the path out of GATEHOUSE_URL`,
      );
  }
  if (isOurPage(config, answer))
    return error(
      CHECK,
      'path-changed',
      `Gatehouse answers at ${issuer}, and gets another path than was asked for (${status})`,
      `let the proxy pass on what stands after ${config.basePath || 'the host'} unchanged (nginx: proxy_pass without a path of its own)`,
    );
  return error(
    CHECK,
    'other-program',
    `another program answers at ${issuer} (${status}, ${headers['content-type'] ?? 'no type'})`,
    'lead the address to Gatehouse: correct the proxy, the DNS record, or GATEHOUSE_URL',
  );
}

function endpointsFinding({ issuer }: Config, document: Record<string, unknown>): Finding {
  const strays = Object.entries(document).filter(
    ([name, value]) => /_endpoint$|^jwks_uri$/.test(name) && !String(value).startsWith(`${issuer}/`),
  );
  if (strays.length === 0)
    return fine(CHECK, `${issuer} is answered by this issuer, and so are its endpoints`);
  return error(
    CHECK,
    'discovery-rewritten',
    `the proxy rewrites what is answered: ${strays.map(([name]) => name).join(', ')}`,
    'switch off its rewriting of bodies (sub_filter, mod_proxy_html) for Gatehouse',
  );
}

function documentIn(answer: Answer | undefined): Record<string, unknown> | undefined {
  if (answer?.status !== 200) return undefined;
  try {
    const document: unknown = JSON.parse(answer.body);
    return typeof document === 'object' && document !== null ? { ...document } : undefined;
  } catch {
    return undefined;
  }
}

/** Every page of ours names its style sheet by the public URL's path. */
function isOurPage({ basePath }: Config, { headers, body }: Answer): boolean {
  const cookies = headers['set-cookie'] ?? [];
  return (
    cookies.some((cookie) => /^(__Host-|__Secure-)?gatehouse_/.test(cookie)) ||
    body.includes(`="${basePath}/assets/app.css`)
  );
}
