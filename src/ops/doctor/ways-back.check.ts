import type { Config } from '../../config/config.js';
import { Cookies } from '../../http/cookies.js';
import type { Ask } from './ask.js';
import { error, fine, type Finding } from './findings.js';

/** Where a page leads that asks for a sign-in: proxies like to rewrite that. */
export async function redirectFinding(config: Config, ask: Ask): Promise<Finding> {
  const { status, headers } = await ask(config.url('/dashboard'));
  const location = headers.location ?? '';
  if (status !== 303 || !location)
    return error(
      'redirects',
      'redirects-lost',
      `${config.issuer}/dashboard does not lead to the sign-in (${status})`,
      'let the proxy pass on the server’s answers as they are',
    );
  if (new URL(location, `${config.issuer}/dashboard`).href.startsWith(`${config.issuer}/oidc/auth?`))
    return fine('redirects', 'they lead where they should');
  return schemeOrPlace(config, 'redirects', location);
}

/** A redirect leads away from the public URL: what about it is different? */
export function schemeOrPlace({ issuer }: Config, check: string, location: string): Finding {
  const ours = new URL(issuer);
  const theirs = URL.canParse(location, issuer) ? new URL(location, issuer) : undefined;
  const shown = JSON.stringify(theirs ? theirs.origin + theirs.pathname : location.slice(0, 200));
  if (theirs?.hostname === ours.hostname && theirs.protocol !== ours.protocol)
    return error(
      check,
      'scheme',
      `${issuer} leads to ${shown}: ${theirs.protocol} instead of ${ours.protocol}`,
      theirs.protocol === 'https:'
        ? 'write https: in GATEHOUSE_URL: the proxy speaks TLS'
        : 'stop the proxy from rewriting redirects (nginx: proxy_redirect off): it believes that it was asked by http',
    );
  if (theirs?.hostname === ours.hostname && theirs.port !== ours.port)
    return error(
      check,
      'port-dropped',
      `${issuer} leads to ${shown}: the proxy drops or changes the port`,
      'let the proxy keep the port: $http_host and not $host in nginx, proxy_redirect off; or correct the port in GATEHOUSE_URL',
    );
  return error(
    check,
    'redirected',
    `${issuer} leads to ${shown}`,
    'stop the proxy from redirecting or rewriting what belongs to Gatehouse, or set GATEHOUSE_URL to where it leads',
  );
}

/** A page with a form gives each new browser a cookie: does it arrive as it was sent? */
export async function cookieFinding(config: Config, ask: Ask): Promise<Finding> {
  const cookies = new Cookies(config);
  const name = cookies.name('browser');
  const { headers } = await ask(config.url('/forgot-password'));
  const cookie = headers['set-cookie']?.find((each) => each.startsWith(`${name}=`));
  if (!cookie)
    return error(
      'cookies',
      'cookies-lost',
      `the cookie ${name} does not arrive: no form can be sent, nobody can sign in`,
      'let the proxy pass on Set-Cookie, and cache nothing of Gatehouse',
    );
  const attributes = cookie
    .split(';')
    .slice(1)
    .map((each) => each.trim().toLowerCase());
  const expected = [
    `path=${cookies.path}`,
    'httponly',
    'samesite=lax',
    ...(config.isHttps ? ['secure'] : []),
  ];
  const lost = expected.filter((each) => !attributes.includes(each.toLowerCase()));
  const added = attributes.filter((each) => each.startsWith('domain='));
  if (lost.length === 0 && added.length === 0) return fine('cookies', 'they arrive as they were sent');
  const what = [...lost.map((each) => `without ${each}`), ...added.map((each) => `with ${each}`)].join(', ');
  return error(
    'cookies',
    'cookies-changed',
    `the cookie ${name} arrives ${what}`,
    'stop the proxy from rewriting cookies (proxy_cookie_path, proxy_cookie_domain, proxy_cookie_flags)',
  );
}
