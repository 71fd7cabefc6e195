import type { KoaContextWithOIDC } from 'oidc-provider';
import { isFirstParty } from './policy.js';

/**
 * The grant a request runs under: the one just consented to, or the session's for this client.
 * A first-party client asks nobody: what it may request at all is granted as it requests it.
 */
export async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { client, session, result, provider, requestParamOIDCScopes } = ctx.oidc;
  const grantId = result?.consent?.grantId ?? session!.grantIdFor(client!.clientId);
  const grant = grantId ? await provider.Grant.find(grantId) : undefined;
  if (!isFirstParty(ctx.oidc)) return grant;

  const own = grant ?? new provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
  const granted = new Set(own.getOIDCScopeEncountered().split(' '));
  if (!grant || [...requestParamOIDCScopes].some((scope) => !granted.has(scope))) {
    own.addOIDCScope([...requestParamOIDCScopes].join(' '));
    await own.save();
  }
  return own;
}
