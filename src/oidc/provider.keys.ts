import type { Provider } from 'oidc-provider';
import inside from 'oidc-provider/lib/helpers/weak_cache.js';
import type { Jwk } from '../keys/algorithms.js';
import type { KeyRing } from '../keys/key-ring.service.js';
import { SigningKey } from './signing-key.js';

/**
 * Lets a running provider sign with, accept and publish other keys. The library takes its keys once and has no way to change
 * them, so this reaches for its key store and the JWKS that it answers with; that both are there is made sure at the start.
 * Both change in one step, and a signature that is being made holds its own key already.
 * The store selects the first that fits: those that sign stand first, and of the others it gets the public half only.
 */
export function followKeys(provider: Provider, ring: KeyRing): void {
  const internals = inside(provider);
  if (!internals?.jwks || !internals.keystore?.clear || !internals.keystore.add)
    throw new Error('this version of oidc-provider keeps its keys elsewhere: see oidc/provider.keys.ts');
  const { keystore } = internals;
  ring.follow(({ signing, published }) => {
    const kids = new Set(signing.map(({ kid }) => kid));
    const others: Jwk[] = published.filter(({ kid }) => !kids.has(kid));
    const keys = [...signing.map((jwk) => new SigningKey(jwk)), ...others];
    keystore.clear();
    for (const key of keys) keystore.add(key);
    internals.jwks = { keys: [...published] };
  });
}
