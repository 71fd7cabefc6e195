import type { KoaContextWithOIDC } from 'oidc-provider';
import { isFirstParty } from './policy.js';
import type { RecordStore } from './record.store.js';

/**
 * The grant a request runs under: the one just consented to, the session's for this client, or the one the person gave
 * this client in an earlier session. What it does not cover is asked for as ever.
 * A first-party client asks nobody: what it may request at all is granted as it requests it.
 */
export function grantLoader(records: RecordStore) {
  return async (ctx: KoaContextWithOIDC) => {
    const { client, session, result, provider, requestParamOIDCScopes } = ctx.oidc;
    const ids = { clientId: client!.clientId, accountId: session!.accountId! };
    const grantId = result?.consent?.grantId ?? session!.grantIdFor(ids.clientId);
    const remembered = grantId
      ? undefined
      : await records.findByUid('Grant', consentKey(ids.accountId, ids.clientId));
    // A stored grant is what its constructor takes; the types know of a new one's two properties only.
    const stored = remembered && new provider.Grant(remembered);
    const grant = grantId ? await provider.Grant.find(grantId) : stored;
    if (!isFirstParty(ctx.oidc)) return grant;

    const own = grant ?? new provider.Grant(ids);
    const granted = new Set(own.getOIDCScopeEncountered().split(' '));
    if (!grant || [...requestParamOIDCScopes].some((scope) => !granted.has(scope))) {
      own.addOIDCScope([...requestParamOIDCScopes].join(' '));
      await own.save();
    }
    return own;
  };
}

/** Under what a grant is found again in another session. */
export function consentKey(accountId: string, clientId: string): string {
  return JSON.stringify([accountId, clientId]);
}
