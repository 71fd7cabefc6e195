import { errors, Provider, type Adapter, type Client } from 'oidc-provider';
import { lookAgainForKeys } from './guards/client-keys.js';

interface Finder {
  find(id: string): Promise<Client | undefined>;
}

/**
 * The library writes out and hashes the whole metadata of a client each time it looks for it, to know whether it is still the
 * same. Ours is the same object as long as it says the same.
 */
export function rememberClients(provider: Provider, stored: Pick<Adapter, 'find'>): void {
  const library = provider.Client as unknown as Finder;
  const find = library.find.bind(library);
  const made = new WeakMap<object, Client>();
  library.find = async (id) => {
    const metadata = typeof id === 'string' && id !== '' ? await stored.find(id) : undefined;
    const known = metadata && made.get(metadata);
    if (known) return known;
    const client = await find(id).catch(noneAtUserinfo);
    if (client) lookAgainForKeys(client);
    if (client && metadata) made.set(metadata, client);
    return client;
  };
}

/**
 * Userinfo is asked with a token alone: where the metadata document of its client cannot be had, it is the token that does not
 * count (RFC 6750, section 3.1). The library would answer as if a client had tried to authenticate.
 */
function noneAtUserinfo(error: unknown): undefined {
  const isUnread = error instanceof errors.InvalidClient || error instanceof errors.InvalidClientMetadata;
  if (isUnread && Provider.ctx?.oidc.route === 'userinfo') return undefined;
  throw error;
}
