import type { Client, Configuration } from 'oidc-provider';
import type { Config } from '../../config/config.js';
import { DAY, MINUTE, SECOND, type Clock } from '../../kernel/clock.js';
import { ID_TOKEN_LIFETIME, INTERACTION_LIFETIME, sessionTtl } from '../sessions/session-lifetime.js';

const seconds = (milliseconds: number) => Math.floor(milliseconds / SECOND);

/** Refresh tokens and what was consented to live this long from the sign-in; rotation never prolongs it. */
const GRANT_LIFETIME = seconds(14 * DAY);
const ACCESS_TOKEN_LIFETIME = seconds(15 * MINUTE);
/** A code is worth a session to whoever steals it: it lives for less than the minute allowed (RFC 6749, section 4.1.2). */
const CODE_LIFETIME = 50;

/** On another device somebody has to find the page, and to sign in; the application may not want to wait so long. */
const ANSWER_WITHIN = seconds(10 * MINUTE);

type LifetimeField = 'access_token_lifetime' | 'id_token_lifetime' | 'refresh_token_lifetime';

const of = (client: Client | undefined, field: LifetimeField): number | undefined =>
  client?.[field] as number | undefined;

/** Of the API's word and the client's the shorter one counts. */
function accessTokenLifetime(ofApi: number | undefined, client: Client | undefined): number {
  const ofClient = of(client, 'access_token_lifetime');
  return Math.min(ofApi ?? Infinity, ofClient ?? (ofApi === undefined ? ACCESS_TOKEN_LIFETIME : Infinity));
}

/**
 * How long a consent counts, in seconds: no refresh token outlives it, and one may be issued as long as the session lives in
 * which it was given.
 */
export function grantLifetime(client: Client | undefined, { sessionLifetime }: Config): number {
  const ofClient = of(client, 'refresh_token_lifetime') ?? 0;
  return ofClient > GRANT_LIFETIME ? ofClient + seconds(sessionLifetime) : GRANT_LIFETIME;
}

/** How long each thing lives that the provider issues, in seconds: as the client's fields say, or as any. */
export function tokenLifetimes(config: Config, clock: Clock): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, token, client) =>
      accessTokenLifetime(token.resourceServer?.accessTokenTTL, client ?? token.client),
    ClientCredentials: (_ctx, token, client) =>
      accessTokenLifetime(token.resourceServer?.accessTokenTTL, client ?? token.client),
    AuthorizationCode: CODE_LIFETIME,
    IdToken: (_ctx, _token, client) => of(client, 'id_token_lifetime') ?? seconds(ID_TOKEN_LIFETIME),
    Interaction: INTERACTION_LIFETIME,
    DeviceCode: ANSWER_WITHIN,
    BackchannelAuthenticationRequest: (ctx) =>
      Math.min(ANSWER_WITHIN, Number(ctx?.oidc.params?.['requested_expiry'] ?? ANSWER_WITHIN)),
    Grant: (ctx) => grantLifetime(ctx?.oidc.client, config),
    RefreshToken: (ctx, _token, client) =>
      ctx?.oidc.entities.RotatedRefreshToken?.remainingTTL ??
      of(client, 'refresh_token_lifetime') ??
      GRANT_LIFETIME,
    Session: (_ctx, session) => sessionTtl(config, session.loginTs, seconds(clock.now().getTime())),
  };
}
