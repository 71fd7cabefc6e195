import { Injectable } from '@nestjs/common';
import { Throttle, type Admission } from '../attempts/throttle.service.js';
import { mailboxKey } from './identifiers.js';

/**
 * How many mails anybody can have sent to one mailbox: three in a quarter of an hour, whatever they are about and however the
 * address is spelled. What its owner is told of a change is not counted: nobody must be able to use the budget up beforehand.
 */
@Injectable()
export class MailQuota {
  constructor(private readonly throttle: Throttle) {}

  /** Takes one mail from the budget. It costs the same whether the address has an account or not. */
  admit(email: string): Promise<Admission> {
    return this.throttle.admit('mail', { subject: mailboxKey(email), isAccount: false, browserTokens: [] });
  }
}
