import type { Request } from 'express';
import type { Config } from '../../config/config.js';
import { DASHBOARD_CLIENT_ID, DASHBOARD_RETURN } from '../../clients/built-in-clients.js';
import { SECOND } from '../../kernel/clock.js';
import { SeeOther } from '../../kernel/errors.js';
import { randomToken } from '../../kernel/secrets.js';
import { ACR, type Level } from '../../mfa/assurance.js';

/** The way to a session, or to a stronger or fresher one: an authorization request like any application's. */
export function signInFirst(config: Config, req: Request, extra: Record<string, string> = {}): SeeOther {
  return new SeeOther(toSignIn(config, returnPage(req), extra));
}

/** The same as a path below the public URL. @param page where the person is led afterwards */
export function toSignIn(config: Config, page: string, extra: Record<string, string> = {}): string {
  const request = new URLSearchParams({
    client_id: DASHBOARD_CLIENT_ID,
    redirect_uri: config.url(DASHBOARD_RETURN),
    response_type: 'code',
    scope: 'openid',
    state: page,
    // A challenge that nobody has the verifier of: this code cannot be redeemed by anyone.
    code_challenge: randomToken(32),
    code_challenge_method: 'S256',
    ...extra,
  });
  return `/oidc/auth?${request.toString()}`;
}

/** A sign-in of a short while ago at this level. */
export function recentAt(config: Config, level: Level): Record<string, string> {
  return { max_age: String(config.recentSignIn / SECOND), acr_values: ACR[level] };
}

/** After a POST the person comes back to the section it was made in: what was posted is not replayed. */
function returnPage({ method, path }: Request): string {
  return method === 'GET' ? path : path.split('/').slice(0, 3).join('/');
}
