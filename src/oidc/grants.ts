import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { isFirstParty } from './policy.js';
import type { RecordStore } from './records/record.store.js';

type Grant = InstanceType<Provider['Grant']>;

/** The part of a stored grant that says what was allowed. */
export interface StoredGrant {
  readonly openid?: { readonly scope?: string; readonly claims?: string[] };
  /** By the API's identifier: its scopes. */
  readonly resources?: Readonly<Record<string, string>>;
}

/**
 * The grant a request runs under: the one just consented to, or the session's for this client. In a new session it is made
 * anew after the latest one that the person gave this client: what that does not cover is asked for as ever.
 * Each session has a grant of its own, since tokens are ended by it: signing out here must not sign out there.
 * A first-party client asks nobody: what it may request at all is granted as it requests it.
 */
export function grantLoader(records: RecordStore) {
  return async (ctx: KoaContextWithOIDC) => {
    const { client, session, result, provider } = ctx.oidc;
    const ids = { clientId: client!.clientId, accountId: session!.accountId! };
    const grantId = result?.consent?.grantId ?? session!.grantIdFor(ids.clientId);
    const current = grantId ? await provider.Grant.find(grantId) : undefined;
    const latest = grantId
      ? undefined
      : await records.findByUid('Grant', consentKey(ids.accountId, ids.clientId));
    const given = isFirstParty(ctx.oidc) ? asRequested(ctx.oidc) : (latest as StoredGrant | undefined);
    if (!given || !isNew(given, current)) return current;

    const grant = current ?? new provider.Grant(ids);
    if (given.openid?.scope) grant.addOIDCScope(given.openid.scope);
    if (given.openid?.claims) grant.addOIDCClaims(given.openid.claims);
    for (const [api, scopes] of Object.entries(given.resources ?? {})) grant.addResourceScope(api, scopes);
    await grant.save();
    return grant;
  };
}

/** Under what a grant is found again in another session. */
export function consentKey(accountId: string, clientId: string): string {
  return JSON.stringify([accountId, clientId]);
}

function asRequested({
  requestParamOIDCScopes,
  requestParamScopes,
  resourceServers,
}: KoaContextWithOIDC['oidc']): StoredGrant {
  const resources = Object.entries(resourceServers ?? {}).map(([api, { scopes }]) => [
    api,
    [...requestParamScopes].filter((scope) => scopes.has(scope)).join(' '),
  ]);
  return {
    openid: { scope: [...requestParamOIDCScopes].join(' ') },
    resources: Object.fromEntries(resources) as Record<string, string>,
  };
}

/** Says whether `given` holds a scope that has not been granted (or refused) yet. */
function isNew({ openid, resources }: StoredGrant, current: Grant | undefined): boolean {
  const lacks = (scopes: string, encountered: string | undefined) => {
    const known = new Set(encountered?.split(' '));
    return scopes.split(' ').some((scope) => scope !== '' && !known.has(scope));
  };
  return (
    lacks(openid?.scope ?? '', current?.getOIDCScopeEncountered()) ||
    Object.entries(resources ?? {}).some(([api, scopes]) =>
      lacks(scopes, current?.getResourceScopeEncountered(api)),
    )
  );
}
