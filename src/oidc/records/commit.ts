import type { NextFunction } from 'express';
import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { isDatabaseAway } from '../../database/failures.js';
import { QuotaReached } from '../../clients/registration-quota.js';
import { databaseAway } from '../../kernel/errors.js';
import { DEVICE_PATH } from '../devices/device-requests.js';
import { answerTooMany } from '../registration/registration.js';
import { RecordLost } from './record.lost.js';
import type { RecordStore } from './record.store.js';

interface CommitParts {
  readonly provider: Provider;
  readonly records: RecordStore;
}

/** The request's writes are committed together once the answer stands, and before it leaves (docs/decisions/0005). */
export function commitBeforeAnswering({ provider, records }: CommitParts) {
  const home = new URL(provider.issuer).pathname;
  // The library's own handlers make an answer of every error; what was behind it is remembered for ours.
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => (ctx.state['cause'] = error));

  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await records.batch(next);
    } catch (error) {
      ctx.remove('Set-Cookie');
      ctx.remove('Location');
      if (error instanceof QuotaReached) answerTooMany(ctx, error);
      else if (error instanceof RecordLost) await answerLost(ctx, error, records, home);
      else if (isDatabaseAway(error)) ctx.state['cause'] = error;
      // Koa's own answer would be without our headers.
      else return handOver(ctx, error);
    }
    if (isDatabaseAway(ctx.state['cause'])) answerLater(ctx);
    // No route of the library's: our page says so better than its bare text.
    else if (ctx.status === 404 && ctx.body == null) handOver(ctx);
  };
}

async function answerLost(
  ctx: Context,
  { kind, grantHash }: RecordLost,
  records: RecordStore,
  home: string,
): Promise<void> {
  if (kind === 'Session' || kind === 'PushedAuthorizationRequest') {
    // The person signed out, or was signed out, meanwhile, or another browser was faster with the same pushed request:
    // asked again, the request finds so and says so.
    ctx.redirect(ctx.method === 'GET' ? ctx.originalUrl : home);
    ctx.status = 303;
    return;
  }
  if (ctx.path.startsWith(DEVICE_PATH)) {
    // Somebody else has confirmed the same code at the same moment.
    ctx.redirect(`${home.replace(/\/$/, '')}${DEVICE_PATH}`);
    ctx.status = 303;
    return;
  }
  // Used twice at the same moment: like any reuse it ends what was issued (RFC 6749, section 4.1.2; RFC 9700, section 4.14.2).
  if (grantHash) await records.revokeGrantHash(grantHash);
  if (kind === 'InitialAccessToken' || kind === 'RegistrationAccessToken') {
    ctx.status = 401;
    ctx.body = { error: 'invalid_token', error_description: 'the token has just been used' };
    return;
  }
  ctx.status = 400;
  ctx.body = replayed(ctx as KoaContextWithOIDC, kind);
}

/** What was used twice at the same moment, in the words in which the library refuses what was used before. */
function replayed({ oidc }: KoaContextWithOIDC, kind: string): { error: string; error_description: string } {
  if (kind === 'RequestObject')
    return { error: 'invalid_request_object', error_description: 'Request Object must only be used once' };
  if (kind !== 'ReplayDetection')
    return { error: 'invalid_grant', error_description: 'grant request is invalid' };
  return oidc?.params?.['client_assertion'] === undefined
    ? { error: 'invalid_dpop_proof', error_description: 'DPoP proof JWT Replay detected' }
    : { error: 'invalid_client', error_description: 'client authentication failed' };
}

/** "Later", not "broken": a page for a person, JSON for a program. */
function answerLater(ctx: Context): void {
  if (ctx.accepts('json', 'html') === 'html') return handOver(ctx, databaseAway(ctx.state['cause']));
  ctx.status = 503;
  ctx.set('Retry-After', '5');
  ctx.body = {
    error: 'temporarily_unavailable',
    error_description: 'the database cannot be reached; try again in a few seconds',
  };
}

const NEXT = Symbol('what follows on the provider');

/** A request that the provider is about to answer, and what goes on with it otherwise. */
export function goOnWith(req: object, next: NextFunction): void {
  (req as { [NEXT]?: NextFunction })[NEXT] = next;
}

/** Koa lets go of the request, and Express goes on with it. */
export function handOver(ctx: Context, error?: unknown): void {
  ctx.remove('Content-Type');
  ctx.remove('Content-Length');
  // Koa had put its own words beside its own status.
  ctx.res.statusMessage = '';
  ctx.respond = false;
  (ctx.req as { [NEXT]?: NextFunction })[NEXT]!(error);
}
