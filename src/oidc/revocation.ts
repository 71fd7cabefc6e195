import { Injectable } from '@nestjs/common';
import { Events } from '../kernel/events.js';
import { secondFactorChanged } from '../mfa/events.js';
import { accountDisabled, passwordChanged, type AccountChange } from '../users/events.js';
import { RecordStore } from './record.store.js';

/** Which events end which sessions and tokens: the whole table. They end in the commit of the change itself. */
@Injectable()
export class Revocation {
  constructor(events: Events, records: RecordStore) {
    const endOthers = ({ accountId, keep, sql }: AccountChange) =>
      keep?.sessionUid
        ? records.revokeAllBut(sql, accountId, keep.sessionUid)
        : records.revokeAccount(sql, accountId);

    events.on(passwordChanged, endOthers);
    events.on(secondFactorChanged, endOthers);
    events.on(accountDisabled, ({ accountId, sql }) => records.revokeAccount(sql, accountId));
  }
}
