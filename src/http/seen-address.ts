import { isLoopback } from '../config/parsers.js';

/**
 * Where a request came in, by its own words: what the browser, and a proxy in front, said before the front door overwrote it.
 * It is for telling an operator what is set up wrong, and for nothing else: anybody can say anything here.
 * @param rawHeaders as Node read them
 * @returns the origin; undefined where the words make none
 */
export function seenAddress(rawHeaders: readonly string[]): string | undefined {
  const said = (name: string) => {
    const at = rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
    return at < 0 ? undefined : rawHeaders[at + 1]!.split(',', 1)[0]!.trim();
  };
  const host = said('x-forwarded-host') ?? said('host') ?? '';
  const address = `http://${host}`;
  if (!/^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) || !URL.canParse(address)) return undefined;
  // A browser sends Sec-Fetch-Site over https, and on its own machine.
  const isSecure = said('sec-fetch-site') !== undefined && !isLoopback(new URL(address).hostname);
  const scheme = said('x-forwarded-proto')?.toLowerCase() ?? (isSecure ? 'https' : 'http');
  return scheme === 'https' || scheme === 'http' ? new URL(`${scheme}://${host}`).origin : undefined;
}

/** How two origins differ; undefined: they are the same. */
export function addressDifference(seen: string, configured: string): 'host' | 'scheme' | 'port' | undefined {
  const [one, other] = [new URL(seen), new URL(configured)];
  if (one.origin === other.origin) return undefined;
  if (one.hostname !== other.hostname) return 'host';
  return one.protocol === other.protocol ? 'port' : 'scheme';
}
