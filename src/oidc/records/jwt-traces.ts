import type { Provider } from 'oidc-provider';
import { SECOND, type Clock } from '../../kernel/clock.js';
import type { Payload } from './record.batch.js';
import type { RecordStore } from './record.store.js';

/** The kind under which is kept that a JWT was issued to whom, for whom and in which session. */
export const JWT_TRACE = 'JwtAccessToken';

interface TraceParts {
  readonly records: RecordStore;
  readonly clock: Clock;
}

/** What the library's token has when it is saved; its types do not say so. */
type SavedToken = Record<string, unknown> & {
  readonly format?: string;
  readonly remainingTTL: number;
  save: (this: SavedToken) => Promise<string>;
};

/** What of a token is kept: as much as of one that is stored. */
const KEPT = [
  'accountId',
  'aud',
  'clientId',
  'expiresWithSession',
  'extra',
  'grantId',
  'gty',
  'jkt',
  'jti',
  'origin',
  'scope',
  'sessionUid',
  'sid',
  'x5t#S256',
] as const;

/**
 * The library stores no JWT: nobody could say afterwards who holds one, nor refuse it where it is handed in again. So each
 * that speaks of a person leaves a trace, found by the token itself as any record is by its id, and ended as any token is:
 * with the session, the consent, the account. APIs that check a JWT by themselves do not hear of that.
 */
export function leaveTraces(provider: Provider, { records, clock }: TraceParts): void {
  const prototype = provider.AccessToken.prototype as unknown as SavedToken;
  const { save } = prototype;
  prototype.save = async function (this: SavedToken) {
    const value = await save.call(this);
    if (this.format !== 'jwt') return value;
    const seconds = this.remainingTTL;
    const now = Math.floor(clock.now().getTime() / SECOND);
    const kept = Object.fromEntries(KEPT.map((name) => [name, this[name]]));
    const trace: Payload = { ...kept, kind: 'AccessToken', iat: now, exp: now + seconds };
    await records.upsert(JWT_TRACE, value, trace, seconds);
    return value;
  };
}
