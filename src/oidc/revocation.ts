import { Injectable } from '@nestjs/common';
import { Events } from '../kernel/events.js';
import { secondFactorChanged } from '../mfa/events.js';
import { accountDisabled, passwordChanged, type Kept } from '../users/events.js';
import { RecordStore } from './record.store.js';

/** Which events end which sessions and tokens: the whole table. The event is answered only when they have ended. */
@Injectable()
export class Revocation {
  constructor(events: Events, records: RecordStore) {
    const endAllBut = (accountId: string, keep: Kept | undefined) =>
      keep?.sessionUid ? records.revokeAllBut(accountId, keep.sessionUid) : records.revokeAccount(accountId);

    events.on(passwordChanged, ({ accountId, keep }) => endAllBut(accountId, keep));
    events.on(secondFactorChanged, ({ accountId, keep }) => endAllBut(accountId, keep));
    events.on(accountDisabled, ({ accountId }) => endAllBut(accountId, undefined));
  }
}
