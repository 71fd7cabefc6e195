import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { RecordStore } from './record.store.js';

/**
 * The library spends a refresh token, and makes the next one, before it looks at what is asked for with it: which API, which
 * details. Who asks for too much then has got nothing for it, so the token is still good: nobody has to sign in again for that.
 * One that was spent before has ended what came of it, and is not among these.
 */
export function spareRefusedRefresh(records: Pick<RecordStore, 'takeBack'>) {
  return async (ctx: Context, next: Next): Promise<void> => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    if (oidc?.route === 'token' && oidc.entities.RotatedRefreshToken && ctx.status >= 400)
      records.takeBack('RefreshToken');
  };
}
