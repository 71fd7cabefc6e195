import type { Context, Next } from 'koa';
import type { Provider } from 'oidc-provider';
import { POLLING_INTERVAL } from './polling.js';

/** Where a person types the code that their device shows: short, since it is typed by hand too. */
export const DEVICE_PATH = '/device';

/**
 * `verification_uri_complete` carries the code. The library would send it on by itself, with a script; it is only written into
 * the field here, so that the person compares it with the device's before they go on (RFC 8628, section 3.3.1).
 */
export async function offerUserCode(ctx: Context, next: Next): Promise<void> {
  if (ctx.path === DEVICE_PATH && ctx.query['user_code'] !== undefined) {
    const { user_code: userCode, ...rest } = ctx.query;
    ctx.query = rest;
    if (typeof userCode === 'string') ctx.state['userCode'] = userCode;
  }
  await next();
}

/** Devices are told how often to ask. */
export function tellInterval(provider: Provider): void {
  provider.on('device_authorization.success', (_ctx: unknown, body: Record<string, unknown>) => {
    body['interval'] = POLLING_INTERVAL;
  });
}
