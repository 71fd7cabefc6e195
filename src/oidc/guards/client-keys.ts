import type { Client } from 'oidc-provider';
import { SECOND } from '../../kernel/clock.js';

/** Milliseconds between two looks that an unfamiliar key causes: anybody can name one. */
const AGAIN_AFTER = 5 * SECOND;

/** The library's store of a client's keys; its types do not say so. */
interface Store {
  freshUntil?: number;
  [MISSED]?: boolean;
  [LOOKED]?: number;
  selectForVerify: (this: Store, options: object) => object[];
  fresh: (this: Store) => boolean;
  refresh: (this: Store) => Promise<void>;
}

const MISSED = Symbol('a key that is not there was asked for');
const LOOKED = Symbol('when it was looked for that');

const taught = new WeakSet<object>();

/**
 * OpenID Connect Core, section 10.1.1: who sees a `kid` that it does not know reads `jwks_uri` again. The library keeps what it
 * has read for as long as the answer said, which may be a day, and refuses an application that has changed its key since.
 * @param client any: all of a provider's share the class of their stores
 */
export function lookAgainForKeys(client: Client): void {
  const prototype = Object.getPrototypeOf(
    (client as unknown as { asymmetricKeyStore: Store }).asymmetricKeyStore,
  ) as Store;
  if (taught.has(prototype)) return;
  taught.add(prototype);
  const { selectForVerify, fresh, refresh } = prototype;

  prototype.selectForVerify = function (options) {
    const keys = selectForVerify.call(this, options);
    this[MISSED] = keys.length === 0;
    return keys;
  };
  prototype.fresh = function () {
    const isFresh = fresh.call(this);
    const mayLook = performance.now() - (this[LOOKED] ?? -Infinity) >= AGAIN_AFTER;
    return isFresh && !(this[MISSED] && mayLook && this.freshUntil !== undefined);
  };
  prototype.refresh = async function () {
    const until = this.freshUntil;
    if (!fresh.call(this) || this.fresh()) return refresh.call(this);
    this[LOOKED] = performance.now();
    // As if it had got old; the keys that are known stay good where no others can be had.
    this.freshUntil = 0;
    try {
      await refresh.call(this);
    } catch (error) {
      this.freshUntil ||= until!;
      throw error;
    }
  };
}
