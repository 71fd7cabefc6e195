import type { KoaContextWithOIDC } from 'oidc-provider';
import { isFirstParty } from './policy.js';
import type { RecordStore } from './record.store.js';

/** The part of a stored grant that says what was allowed. */
export interface StoredGrant {
  readonly openid?: { readonly scope?: string; readonly claims?: string[] };
}

/**
 * The grant a request runs under: the one just consented to, or the session's for this client. In a new session it is made
 * anew after the latest one that the person gave this client: what that does not cover is asked for as ever.
 * Each session has a grant of its own, since tokens are ended by it: signing out here must not sign out there.
 * A first-party client asks nobody: what it may request at all is granted as it requests it.
 */
export function grantLoader(records: RecordStore) {
  return async (ctx: KoaContextWithOIDC) => {
    const { client, session, result, provider, requestParamOIDCScopes } = ctx.oidc;
    const ids = { clientId: client!.clientId, accountId: session!.accountId! };
    const grantId = result?.consent?.grantId ?? session!.grantIdFor(ids.clientId);
    const current = grantId ? await provider.Grant.find(grantId) : undefined;
    const latest = grantId
      ? undefined
      : await records.findByUid('Grant', consentKey(ids.accountId, ids.clientId));
    const remembered = latest as StoredGrant | undefined;
    const scopes = isFirstParty(ctx.oidc) ? [...requestParamOIDCScopes].join(' ') : remembered?.openid?.scope;
    if (!scopes) return current;

    const grant = current ?? new provider.Grant(ids);
    const granted = new Set(grant.getOIDCScopeEncountered().split(' '));
    if (!current || scopes.split(' ').some((scope) => !granted.has(scope))) {
      grant.addOIDCScope(scopes);
      if (remembered?.openid?.claims) grant.addOIDCClaims(remembered.openid.claims);
      await grant.save();
    }
    return grant;
  };
}

/** Under what a grant is found again in another session. */
export function consentKey(accountId: string, clientId: string): string {
  return JSON.stringify([accountId, clientId]);
}
