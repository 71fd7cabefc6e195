/** In what two addresses differ, that should be the same to the letter. */
export type UriDifference =
  | 'scheme'
  | 'app-scheme'
  | 'host'
  | 'port'
  | 'trailing-slash'
  | 'path-case'
  | 'path'
  | 'query'
  | 'spelling'
  | 'other';

/** The more of this, the less likely it was meant. */
const WEIGHT: Readonly<Record<UriDifference, number>> = {
  spelling: 1,
  'trailing-slash': 1,
  'path-case': 2,
  scheme: 2,
  port: 2,
  query: 3,
  path: 4,
  host: 6,
  'app-scheme': 6,
  other: 8,
};

export interface NearestUri {
  readonly uri: string;
  readonly differences: readonly UriDifference[];
}

/** The registered address that was probably meant, and in what it differs from the one that was sent. */
export function nearestUri(got: string, registered: readonly string[]): NearestUri | undefined {
  const weight = ({ differences }: NearestUri) => differences.reduce((sum, each) => sum + WEIGHT[each], 0);
  return registered
    .map((uri) => ({ uri, differences: differencesOf(got, uri) }))
    .sort((a, b) => weight(a) - weight(b))[0];
}

export function differencesOf(got: string, registered: string): UriDifference[] {
  if (got === registered) return [];
  if (!URL.canParse(got) || !URL.canParse(registered)) return ['other'];
  const [a, b] = [new URL(got), new URL(registered)];
  const found: UriDifference[] = [];
  if (a.protocol !== b.protocol) found.push(isOfWeb(a) && isOfWeb(b) ? 'scheme' : 'app-scheme');
  if (a.hostname !== b.hostname) found.push('host');
  if (a.port !== b.port) found.push('port');
  found.push(...pathDifference(a.pathname, b.pathname));
  if (a.search !== b.search) found.push('query');
  // What means the same is not the same: capitals in a host, a port that goes without saying, an encoded letter.
  return found.length > 0 ? found : [a.href === b.href ? 'spelling' : 'other'];
}

/** Where an address leads that leads to where none of these does: a host, or an app's own scheme. Somebody else may be there. */
export function elsewhere(got: string, registered: readonly string[]): string | undefined {
  if (!URL.canParse(got)) return undefined;
  const isThere = registered.some((uri) => !differencesOf(got, uri).some((each) => AWAY.includes(each)));
  const { hostname, protocol } = new URL(got);
  return isThere ? undefined : hostname || protocol;
}

const AWAY: readonly UriDifference[] = ['host', 'app-scheme', 'other'];

function isOfWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

function pathDifference(got: string, registered: string): UriDifference[] {
  if (got === registered) return [];
  if (got.replace(/\/$/, '') === registered.replace(/\/$/, '')) return ['trailing-slash'];
  return [got.toLowerCase() === registered.toLowerCase() ? 'path-case' : 'path'];
}
