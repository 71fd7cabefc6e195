import { stringify } from 'yaml';
import { isExact } from '../../clients/kept-refusal.js';
import type { Refusal } from '../../clients/client-refusals.service.js';
import { elsewhere, nearestUri, type UriDifference } from '../../clients/uri-difference.js';
import type { ManagedClient } from './managed-client.js';

const KINDS: Readonly<Record<string, string>> = {
  redirect_uri: 'admin.clients.refused.redirect-uri',
  post_logout_redirect_uri: 'admin.clients.refused.post-logout',
  'unknown-client': 'admin.clients.refused.unknown-client',
  response_type: 'admin.clients.refused.response-type',
  scope: 'admin.clients.refused.scope',
  invalid_client: 'admin.clients.refused.authentication',
};
const OTHER = 'admin.clients.refused.other';

const HINTS: Readonly<Record<UriDifference, string>> = {
  scheme: 'admin.clients.differs.scheme',
  'app-scheme': 'admin.clients.differs.app-scheme',
  host: 'admin.clients.differs.host',
  port: 'admin.clients.differs.port',
  'trailing-slash': 'admin.clients.differs.trailing-slash',
  'path-case': 'admin.clients.differs.path-case',
  path: 'admin.clients.differs.path',
  query: 'admin.clients.differs.query',
  spelling: 'admin.clients.differs.spelling',
  other: 'admin.clients.differs.other',
};

/** The fields whose addresses were compared. */
const ADDRESSES = ['redirect_uri', 'post_logout_redirect_uri'];

/** A refusal for a page: what was sent beside what is registered, and in what they differ. Messages are keys. */
export function shownRefusal(refusal: Refusal, client?: ManagedClient) {
  const { id, kind, value, count, firstAt, lastAt } = refusal;
  const isAddress = ADDRESSES.includes(kind);
  const registered = isAddress && client ? ((client.metadata[`${kind}s`] ?? []) as string[]) : [];
  // Registered in the meantime: by whoever mended it elsewhere.
  const isMended = isAddress && registered.includes(value);
  const nearest = isMended ? undefined : nearestUri(value, registered);
  const canBeAdded = kind === 'redirect_uri' && isExact(value) && !isMended;
  return {
    id,
    words: KINDS[kind] ?? OTHER,
    code: kind in KINDS ? undefined : kind,
    value,
    count,
    firstAt,
    lastAt,
    isMended,
    nearest: nearest?.uri,
    hints: (nearest?.differences ?? []).map((each) => HINTS[each]),
    /** Of one that can be added: at which host, where none of the registered ones is. */
    elsewhere: canBeAdded ? elsewhere(value, registered) : undefined,
    canBeAdded: canBeAdded && client?.origin === 'operator',
    lines: canBeAdded && client?.origin === 'file' ? linesFor(client, value) : undefined,
  };
}

/** What the clients file has to say, for whoever adds the address there. */
function linesFor({ metadata }: ManagedClient, uri: string): string {
  const uris = [...((metadata['redirect_uris'] ?? []) as string[]), uri];
  return stringify({ redirect_uris: uris }, { lineWidth: 0 }).trimEnd();
}
