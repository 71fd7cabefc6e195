import type { Request } from 'express';
import type { Next } from 'koa';
import type { ServerResponse } from 'node:http';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Audit } from '../audit/audit.service.js';
import type { RecordStore } from './record.store.js';

/** The part of a session that says what was issued in it. */
type EndedIn = Pick<InstanceType<Provider['Session']>, 'authorizations'>;

/** What the library keeps in a session while it asks whether to sign out. */
interface SignOutState {
  readonly clientId?: string;
  readonly postLogoutRedirectUri?: string;
  readonly state?: string;
}

/** Ends what was issued in a session: codes, access tokens and refresh tokens, those with offline access included. */
export async function revokeIssued(session: EndedIn, records: RecordStore): Promise<void> {
  for (const { grantId } of Object.values(session.authorizations ?? {})) {
    if (!grantId) continue;
    for (const kind of ['AccessToken', 'RefreshToken', 'AuthorizationCode'])
      await records.revokeByGrantId(kind, grantId);
  }
}

/**
 * Under a path of somebody's host the stored data of the whole origin is not ours to clear. "cookies" is left out anywhere:
 * it would also forget the language, and that this browser is one its owner has signed in with.
 */
export function clearSiteData(res: ServerResponse, basePath: string): void {
  if (basePath === '') res.setHeader('Clear-Site-Data', '"cache", "storage"');
}

/**
 * Sign-out at an application's request (OpenID Connect RP-Initiated Logout). The library leaves tokens with offline access
 * alive: here nothing outlives the session. And where nobody is signed in there is nothing to confirm: the library would
 * answer with a page that needs a script to go on.
 */
export async function signOutForApplications(
  ctx: KoaContextWithOIDC,
  next: Next,
  provider: Provider,
  { records, audit }: { records: RecordStore; audit: Audit },
): Promise<void> {
  await next();
  // The library marks a session that it ended; its types do not say so.
  const session: (EndedIn & { destroyed?: boolean; accountId?: string; state?: SignOutState }) | undefined =
    ctx.oidc?.session;
  if (!session) return;
  if (session.destroyed) {
    await revokeIssued(session, records);
    const facts = {
      accountId: session.accountId,
      clientId: session.state?.clientId,
      detail: { reason: 'application' },
    };
    await audit.record('session.ended', facts, ctx.req as Request);
    clearSiteData(ctx.res, new URL(provider.issuer).pathname.replace(/\/$/, ''));
  } else if (ctx.oidc.route === 'end_session' && ctx.status === 200 && !session.accountId) {
    ctx.redirect(returnAddress(ctx, session.state));
    ctx.status = 303;
    ctx.body = '';
  }
}

function returnAddress(ctx: KoaContextWithOIDC, state: SignOutState | undefined): string {
  if (!state?.postLogoutRedirectUri) return ctx.oidc.urlFor('end_session_success');
  const url = new URL(state.postLogoutRedirectUri);
  if (state.state !== undefined) url.searchParams.set('state', state.state);
  return url.href;
}
