import { Injectable } from '@nestjs/common';
import { Events } from '../kernel/events.js';
import { secondFactorChanged } from '../mfa/events.js';
import { accountDisabled, passwordChanged } from '../users/events.js';
import { RecordStore } from './record.store.js';

/** Which events end which sessions and tokens: the whole table. The event is answered only when they have ended. */
@Injectable()
export class Revocation {
  constructor(events: Events, records: RecordStore) {
    const endOthers = ({
      accountId,
      keepSessionUid,
    }: {
      accountId: string;
      keepSessionUid?: string | undefined;
    }) =>
      keepSessionUid ? records.revokeAllBut(accountId, keepSessionUid) : records.revokeAccount(accountId);

    events.on(passwordChanged, endOthers);
    events.on(secondFactorChanged, endOthers);
    events.on(accountDisabled, ({ accountId }) => records.revokeAccount(accountId));
  }
}
