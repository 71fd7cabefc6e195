import type { Provider } from 'oidc-provider';
import type { RecordStore } from './record.store.js';

/** Not "cookies": that would also forget the language, and that this browser is one its owner has signed in with. */
export const CLEAR_SITE_DATA = '"cache", "storage"';

/** The part of a session that says what was issued in it. */
export type EndedIn = Pick<InstanceType<Provider['Session']>, 'authorizations'>;

/** Ends what was issued in a session: codes, access tokens and refresh tokens, those with offline access included. */
export async function revokeIssued(session: EndedIn, records: RecordStore): Promise<void> {
  for (const { grantId } of Object.values(session.authorizations ?? {})) {
    if (!grantId) continue;
    for (const kind of ['AccessToken', 'RefreshToken', 'AuthorizationCode'])
      await records.revokeByGrantId(kind, grantId);
    await records.destroy('Grant', grantId);
  }
}
