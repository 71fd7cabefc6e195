import { Injectable } from '@nestjs/common';
import { Events } from '../../kernel/events.js';
import { secondFactorChanged } from '../../mfa/events.js';
import {
  accountDeleted,
  accountDisabled,
  deletionRequested,
  passwordChanged,
  type AccountChange,
} from '../../users/events.js';
import { SessionEndings } from './session-endings.service.js';

/** Which events end which sessions and tokens: the whole table. They end in the commit of the change itself. */
@Injectable()
export class Revocation {
  constructor(events: Events, endings: SessionEndings) {
    const endOthers = async ({ accountId, keep, sql }: AccountChange) => {
      const sessionUid = keep?.sessionUid;
      // Where no session goes on, no consent does: an operator did it.
      await endings.ofAccount(sql, accountId, { sessionUid, consents: sessionUid !== undefined });
    };

    events.on(passwordChanged, endOthers);
    events.on(secondFactorChanged, endOthers);
    events.on(accountDisabled, async ({ accountId, sql }) => {
      await endings.ofAccount(sql, accountId, { consents: false });
    });
    // Who thinks better of it is asked nothing again.
    events.on(deletionRequested, async ({ accountId, sql }) => {
      await endings.ofAccount(sql, accountId, { consents: true });
    });
    events.on(accountDeleted, ({ accountId, sql }) => endings.forgetAccount(sql, accountId));
  }
}
