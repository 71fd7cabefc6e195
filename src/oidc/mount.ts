import { urlencoded, type Request, type RequestHandler, type Response } from 'express';
import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Audit } from '../audit/audit.service.js';
import type { Clock } from '../kernel/clock.js';
import { PROVIDER_PATHS } from '../http/route-name.js';
import { interactionGone } from '../kernel/errors.js';
import type { InteractionTokens } from './interaction-tokens.js';
import { denyUserCodes } from './devices/ciba.service.js';
import { commitBeforeAnswering, goOnWith } from './records/commit.js';
import type { RecordStore } from './records/record.store.js';
import { spareRefusedRefresh } from './records/refused-refresh.js';
import { offerUserCode } from './devices/device-requests.js';
import { takeEmptySecrets } from './guards/empty-secrets.js';
import { slowDown } from './devices/polling.js';
import type { Registrations } from './registration/registrations.service.js';
import { logRefusals } from './refusals.log.js';
import { noteRefusals } from './refusals.note.js';
import type { ClientRefusals } from '../clients/client-refusals.service.js';
import { spendRequestObject } from './guards/request-objects.js';
import { letResponsesLeave } from './guards/response-modes.js';
import type { SessionEndings } from './sessions/session-endings.service.js';
import type { SessionList } from './sessions/session-list.service.js';
import { noteLeaving, signOutForApplications, signOutWithoutDocument } from './sessions/sign-out.js';

/** The same for everyone, so applications may keep them for a while. */
const PUBLIC_DOCUMENTS = /^\/(oidc\/jwks|\.well-known\/[a-z-]+)$/;

/** OpenID Connect Core, section 3.1.2.1, and RP-Initiated Logout, section 2, want these by POST as well. */
const POSTED_BY_BROWSERS = /^\/oidc\/(auth|session\/end)$/;

/** What the provider's requests need of the rest. */
export interface MountParts {
  readonly provider: Provider;
  readonly records: RecordStore;
  readonly audit: Audit;
  readonly endings: SessionEndings;
  readonly sessions: SessionList;
  readonly clock: Clock;
  readonly registrations: Registrations;
  readonly refusals: ClientRefusals;
}

/** The provider as a handler of requests that are its own. What goes wrong, or is not its own after all, goes to `next`. */
export function providerHandler(parts: MountParts): RequestHandler {
  const { provider, records } = parts;
  parts.registrations.follow();
  const use = (step: Step, programs: readonly string[] = []) => provider.use(concerning(programs, step));
  use(parts.registrations.afterwards);
  provider.use(commitBeforeAnswering({ provider, records }));
  use(parts.registrations.gate);
  use((ctx, next) => noteUse(ctx, next, parts.sessions));
  use((ctx, next) => signOutForApplications(ctx, next, provider, parts));
  takeEmptySecrets(provider);
  use(slowDown(records, parts.clock), ['/oidc/token']);
  use(spareRefusedRefresh(records), ['/oidc/token']);
  use(offerUserCode);
  use((ctx, next) => signOutWithoutDocument(ctx, next, provider));
  use(denyUserCodes);
  noteLeaving(provider);
  use(letResponsesLeave);
  use((ctx, next) => spendRequestObject(ctx, next, provider), ['/oidc/par']);
  logRefusals(provider);
  noteRefusals(provider, parts.refusals);
  const callback = provider.callback();
  return (req, res, next) => {
    goOnWith(req, next);
    void callback(req, res);
  };
}

type Step = (ctx: KoaContextWithOIDC, next: Next) => Promise<void>;

/** The endpoints that programs ask most, as they are usually written. Any other spelling takes every step. */
const PROGRAMS = new Set([
  '/oidc/token',
  '/oidc/introspection',
  '/oidc/revocation',
  '/oidc/par',
  '/oidc/userinfo',
]);

/** A step that most endpoints of programs have nothing to do with costs these nothing. @param programs those that it is for */
function concerning(programs: readonly string[], step: Step): (ctx: Context, next: Next) => Promise<void> {
  return (ctx, next) =>
    PROGRAMS.has(ctx.url) && !programs.includes(ctx.url)
      ? (next() as Promise<void>)
      : step(ctx as KoaContextWithOIDC, next);
}

/** Lets the provider answer its own paths and no others. It must come before any body parser. */
export function mountProvider(answer: RequestHandler, tokens: InteractionTokens): RequestHandler {
  const parseForm = urlencoded({ extended: false, limit: '64kb' });
  return (req, res, next) => {
    if (!PROVIDER_PATHS.test(req.path)) return next();
    if (req.method === 'POST' && POSTED_BY_BROWSERS.test(req.path)) {
      parseForm(req, res, (error?: unknown) => (error ? next(error) : askAgainByGet(req, res)));
      return;
    }
    if (req.method === 'GET' && PUBLIC_DOCUMENTS.test(req.path))
      res.setHeader('Cache-Control', 'public, max-age=300');
    tokens
      .mayResume(req)
      .then(
        (may) => void (may ? answer(req, res, next) : next(interactionGone('signed in by another browser'))),
        next,
      );
  };
}

/** A form from another site comes without our SameSite cookies; the redirect to the same request by GET brings them along. */
function askAgainByGet(req: Request, res: Response): void {
  const form = req.body as Record<string, string | string[]> | undefined;
  const params = Object.entries(form ?? {}).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  res.redirect(303, `${req.originalUrl.split('?')[0]}?${new URLSearchParams(params).toString()}`);
}

/** From where the session was used, in the commit of the request that used it. */
async function noteUse(ctx: KoaContextWithOIDC, next: Next, sessions: SessionList): Promise<void> {
  await next();
  // The library marks a session that it ended; its types do not say so.
  const session: (InstanceType<Provider['Session']> & { destroyed?: boolean }) | undefined =
    ctx.oidc?.session;
  if (session && !session.destroyed) await sessions.note(session);
}
