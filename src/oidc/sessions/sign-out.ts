import type { Request } from 'express';
import type { Context, Next } from 'koa';
import type { ServerResponse } from 'node:http';
import { errors, type Client, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Audit } from '../../audit/audit.service.js';
import type { RecordStore } from '../records/record.store.js';
import type { EndedSession, SessionEndings } from './session-endings.service.js';

/** What the library keeps in a session while it asks whether to sign out. */
interface SignOutState {
  readonly clientId?: string;
  readonly postLogoutRedirectUri?: string;
  readonly state?: string;
}

/**
 * Under a path of somebody's host the stored data of the whole origin is not ours to clear. "cookies" is left out anywhere:
 * it would also forget the language, and that this browser is one its owner has signed in with.
 */
export function clearSiteData(res: ServerResponse, basePath: string): void {
  if (basePath === '') res.setHeader('Clear-Site-Data', '"cache", "storage"');
}

/** What the library makes of a session in a request; its types do not say so. */
type RequestSession = EndedSession & { readonly destroyed?: boolean; readonly state?: SignOutState };

interface SignOutParts {
  readonly records: RecordStore;
  readonly endings: SessionEndings;
  readonly audit: Audit;
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
  { records, endings, audit }: SignOutParts,
): Promise<void> {
  await next();
  const session: RequestSession | undefined = ctx.oidc?.session;
  if (!session) return;
  const { uid, accountId, authorizations, state } = session;
  if (session.destroyed) {
    await records.join((sql) => endings.follow(sql, { uid, accountId, authorizations }));
    const facts = { accountId, clientId: state?.clientId, detail: { reason: 'application' } };
    await audit.record('session.ended', facts, ctx.req as Request);
    clearSiteData(ctx.res, new URL(provider.issuer).pathname.replace(/\/$/, ''));
  } else if (ctx.state['left']) {
    const left = ctx.state['left'] as EndedSession['authorizations'];
    await records.join((sql) => endings.leave(sql, { uid, accountId, authorizations: left }));
  } else if (ctx.oidc.route === 'end_session' && ctx.status === 200 && !accountId) {
    ctx.redirect(returnAddress(ctx, state));
    ctx.status = 303;
    ctx.body = '';
  }
}

const SIGN_OUT_PATH = '/oidc/session/end';
/** What names the application that a person comes from, and where it wants them back. */
const OF_APPLICATION = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'];

/**
 * Whoever wants to sign out can, also where the metadata document of the application that sends them cannot be had at the
 * moment: then it is as if nobody had sent them, and they stay here. The library would refuse the request.
 */
export async function signOutWithoutDocument(ctx: Context, next: Next, provider: Provider): Promise<void> {
  const id = ctx.path === SIGN_OUT_PATH ? askingClient(ctx.query) : undefined;
  if (id?.startsWith('https://') && (await isUnread(provider, id)))
    ctx.query = Object.fromEntries(
      Object.entries(ctx.query).filter(([name]) => !OF_APPLICATION.includes(name)),
    );
  await next();
}

/** As the library finds it; whether the hint is genuine it looks at itself. */
function askingClient({ id_token_hint: hint, client_id: id }: Context['query']): string | undefined {
  try {
    const payload = typeof hint === 'string' ? Buffer.from(hint.split('.')[1] ?? '', 'base64url') : undefined;
    const { aud } = (payload ? JSON.parse(payload.toString()) : { aud: id }) as { aud?: unknown };
    return typeof aud === 'string' ? aud : undefined;
  } catch {
    return undefined;
  }
}

async function isUnread(provider: Provider, id: string): Promise<boolean> {
  try {
    await provider.Client.find(id);
    return false;
  } catch (error) {
    return error instanceof errors.InvalidClient;
  }
}

interface RequestContext {
  readonly ctx: KoaContextWithOIDC;
  readonly route: string;
  readonly session?: EndedSession;
  entity: (this: RequestContext, kind: string, value: unknown) => void;
}

/**
 * Somebody who stays signed in here has left the application all the same: the library takes it out of the session. It has an
 * event for those alone that have an address to be told at. So where every application was in the session is read when the
 * library has found it, which is just before.
 */
export function noteLeaving(provider: Provider): void {
  const { prototype } = (provider as unknown as { OIDCContext: { prototype: RequestContext } }).OIDCContext;
  const { entity } = prototype;
  prototype.entity = function (kind, value) {
    entity.call(this, kind, value);
    if (kind !== 'Client' || this.route !== 'end_session_confirm') return;
    const clientId = (value as Client | undefined)?.clientId;
    const place = clientId === undefined ? undefined : this.session?.authorizations?.[clientId];
    if (place?.sid) this.ctx.state['left'] = { [clientId!]: { sid: place.sid } };
  };
}

function returnAddress(ctx: KoaContextWithOIDC, state: SignOutState | undefined): string {
  if (!state?.postLogoutRedirectUri) return ctx.oidc.urlFor('end_session_success');
  const url = new URL(state.postLogoutRedirectUri);
  if (state.state !== undefined) url.searchParams.set('state', state.state);
  return url.href;
}
