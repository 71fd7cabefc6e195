import { errors, type AccessToken, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Declarations } from '../../clients/declarations.service.js';
import type { Accounts } from '../../users/accounts.service.js';
import { stillLetsIn, type Entry } from '../claims/entry.js';
import { claimsOfOwn, type OwnJwtParts } from './own-jwt.js';
import { JWT_TRACE } from '../records/jwt-traces.js';
import type { RecordStore } from '../records/record.store.js';

/** Whose consent an exchanged token comes from, and in which session: it lives no longer than they do. */
export interface Origin {
  readonly clientId: string;
  readonly grantId: string;
  /** Absent: with offline access, which outlives the session. */
  readonly sessionUid?: string;
}

/** An access token that somebody wants to act upon. */
export interface SubjectToken {
  readonly token: AccessToken & { readonly origin?: Origin; readonly extra?: Record<string, unknown> };
  readonly origin: Origin;
  /** Under what it is kept. */
  readonly kind: 'AccessToken' | typeof JWT_TRACE;
  readonly id: string;
}

interface FinderParts extends OwnJwtParts {
  readonly records: RecordStore;
  readonly accounts: Accounts;
  readonly entry: Pick<Entry, 'isOpen'>;
}

export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';

/**
 * Finds an access token of this server that counts now. A JWT is one of ours if it left its trace, which is found by the whole
 * token; it is verified all the same, because its key may have been revoked.
 * @throws InvalidRequest when it is none, has ended, or speaks of nobody (RFC 8693, section 2.2.2)
 */
export async function findSubjectToken(ctx: KoaContextWithOIDC, parts: FinderParts): Promise<SubjectToken> {
  const { records, accounts, entry } = parts;
  const { provider, params } = ctx.oidc;
  const value = params!['subject_token'] as string;
  const type = params!['subject_token_type'];
  if (type !== ACCESS_TOKEN_TYPE && type !== JWT_TYPE)
    throw new errors.InvalidRequest('subject_token_type must be that of an access token');
  const trace = await records.find(JWT_TRACE, value);
  const opaque = type === JWT_TYPE ? undefined : await provider.AccessToken.find(value);
  const token = trace ? new provider.AccessToken(trace as never) : opaque;
  const refused = new errors.InvalidRequest('subject_token is invalid, expired, or not to be exchanged');
  if (!token?.isValid || !token.accountId) throw refused;
  if (trace && !claimsOfOwn(parts, provider.issuer, value)) throw refused;
  const account = await accounts.find(token.accountId);
  const origin = originOf(token);
  if (!account || account.disabledAt || !origin) throw refused;
  if (!(await isAlive({ provider, entry }, account.id, origin))) throw refused;
  // Nor may anyone act for people whom they do not let in themselves.
  for (const clientId of new Set([token.clientId, ctx.oidc.client!.clientId]))
    if (!(await stillLetsIn({ provider, entry }, clientId, account.id))) throw refused;
  return { token, origin, kind: trace ? JWT_TRACE : 'AccessToken', id: value };
}

/**
 * Only who a token was made for may act upon it: the API in its audience, or the client that it was issued to.
 * @throws InvalidRequest
 */
export async function refuseOthersTokens(
  ctx: KoaContextWithOIDC,
  { token }: SubjectToken,
  declarations: Declarations,
): Promise<void> {
  const { clientId } = ctx.oidc.client!;
  if (token.clientId === clientId) return;
  const api = typeof token.aud === 'string' ? await declarations.api(token.aud) : undefined;
  if (api?.clientId !== clientId)
    throw new errors.InvalidRequest('subject_token was not made for this client');
}

/** Says whether the consent and the session still stand that a token was issued from, and its application lets the person in. */
export async function isAlive(
  { provider, entry }: { readonly provider: Provider; readonly entry: Pick<Entry, 'isOpen'> },
  accountId: string,
  origin: Origin,
): Promise<boolean> {
  const { clientId, grantId } = origin;
  const grant = await provider.Grant.find(grantId);
  if (!grant || grant.clientId !== clientId || grant.accountId !== accountId) return false;
  if (!(await stillLetsIn({ provider, entry }, clientId, accountId))) return false;
  return isInSession(provider, accountId, origin);
}

/** Whether the session of a token's origin still stands, where it has one. */
export async function isInSession(
  provider: Provider,
  accountId: string,
  { clientId, grantId, sessionUid }: Origin,
): Promise<boolean> {
  if (sessionUid === undefined) return true;
  const session = await provider.Session.findByUid(sessionUid);
  return session?.accountId === accountId && session.grantIdFor(clientId) === grantId;
}

export function originOf(token: SubjectToken['token']): Origin | undefined {
  if (token.origin) return token.origin;
  const { clientId, grantId, sessionUid, expiresWithSession } = token;
  if (!clientId || !grantId) return undefined;
  return { clientId, grantId, ...(expiresWithSession && sessionUid ? { sessionUid } : {}) };
}
