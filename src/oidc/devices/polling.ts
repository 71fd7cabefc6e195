import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../../kernel/clock.js';
import { SECOND } from '../../kernel/clock.js';
import type { RecordStore } from '../records/record.store.js';

/** Seconds between two questions for the same answer (RFC 8628, section 3.2; CIBA Core, section 7.3). */
export const POLLING_INTERVAL = 5;
/** So much may the network shorten it. */
const TOLERANCE = SECOND;
/** An answer may be waited for this long; what was noted longer ago concerns nobody. */
const NOTED_FOR = 10 * 60;

/**
 * Who asks for tokens more often than told so, and there is no answer yet, is told to slow down (RFC 8628, section 3.5). The
 * library has no such answer. Nobody misses a thing by it: once there is an answer, it is given.
 */
export function slowDown(records: RecordStore, clock: Clock) {
  return async (ctx: Context, next: Next): Promise<void> => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    if (oidc?.route !== 'token') return;
    const body = ctx.body as { error?: string; error_description?: string } | undefined;
    const awaited = oidc.params?.['device_code'] ?? oidc.params?.['auth_req_id'];
    if (body?.error !== 'authorization_pending' || typeof awaited !== 'string') return;

    const now = clock.now().getTime();
    const last = (await records.find('Polling', awaited)) as { askedAt?: number } | undefined;
    await records.upsert('Polling', awaited, { askedAt: now }, NOTED_FOR);
    if (last?.askedAt === undefined || now - last.askedAt >= POLLING_INTERVAL * SECOND - TOLERANCE) return;
    ctx.body = { error: 'slow_down', error_description: `wait ${POLLING_INTERVAL} seconds longer each time` };
  };
}
